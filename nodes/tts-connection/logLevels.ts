import type { NodeAPI } from "node-red";
import { isJsonObject } from "../../src/stack/check";

/** Which of the finer entries of the log somebody reads: Node-RED makes an entry, with a stack trace, before it asks. */
export interface LogLevels {
  readonly debug: boolean;
  readonly trace: boolean;
}

const FINER: Readonly<Record<string, LogLevels>> = {
  debug: { debug: true, trace: false },
  trace: { debug: true, trace: true },
};

/** As `logging` in settings.js has it, for the console or a handler of one's own. */
export function logLevels(RED: NodeAPI): LogLevels {
  const logging: unknown = Reflect.get(RED.settings, "logging");
  const handlers: unknown[] = isJsonObject(logging) ? Object.values(logging) : [];
  const read = handlers.flatMap((handler) => {
    const level = isJsonObject(handler) ? handler.level : undefined;
    return (typeof level === "string" ? FINER[level] : undefined) ?? [];
  });
  return { debug: read.length > 0, trace: read.some(({ trace }) => trace) };
}
