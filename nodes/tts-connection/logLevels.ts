import type { NodeAPI } from "node-red";
import type { LogLevels } from "../../src/account/connectionLog";
import { isJsonObject } from "../../src/stack/check";

const FINER: Readonly<Record<string, LogLevels>> = {
  debug: { debug: true, trace: false },
  trace: { debug: true, trace: true },
};

/**
 * As `logging` in settings.js has it, for the console or another handler. Node-RED makes an entry, with a stack trace, before it asks
 * whether its level is logged: so we ask first.
 */
export function logLevels(RED: NodeAPI): LogLevels {
  const logging: unknown = Reflect.get(RED.settings, "logging");
  const handlers: unknown[] = isJsonObject(logging) ? Object.values(logging) : [];
  const read = handlers.flatMap((handler) => {
    const level = isJsonObject(handler) ? handler.level : undefined;
    return (typeof level === "string" ? FINER[level] : undefined) ?? [];
  });
  return { debug: read.length > 0, trace: read.some(({ trace }) => trace) };
}
