/** A real Node-RED in a process of its own, with this package. */
import { fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** What came to a sink. */
export interface Came {
  readonly number?: number;
  readonly state?: string;
  readonly code?: string;
  readonly text?: string;
  readonly event?: string;
  readonly completed?: true;
}

export interface Resources {
  readonly active: Readonly<Record<string, number>>;
  readonly timers: readonly string[];
  readonly process: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  /** Bytes, after the collector of garbage. */
  readonly heap: number;
}

export interface Measured {
  readonly received: number;
  /** Came again, or behind a later one of the same device. */
  readonly repeated: number;
  /** What the nodes have sent: Node-RED drops what is on its way between two nodes when it closes them. */
  readonly handedOn: number;
  /** How many took so many tenths of a millisecond. */
  readonly histogram: readonly (readonly [number, number])[];
}

interface Actions {
  deploy: (given: {
    flows: readonly FlowNode[];
    credentials?: Readonly<Record<string, object>>;
    type: "full" | "nodes" | "flows";
  }) => undefined;
  resources: (given?: undefined) => Resources;
  give: (given: { node: string; messages: readonly object[] }) => undefined;
  /** From now on a sink `said <id of the node>` gets what nodes of this type say. */
  tellOf: (types: readonly string[]) => undefined;
  names: (given: Readonly<Record<string, string>>) => undefined;
  setClock: (ms: number) => undefined;
  pass: (ms: number) => undefined;
  measured: (given?: undefined) => Measured;
}

interface Said {
  readonly number?: number;
  readonly answer?: unknown;
  readonly error?: string;
  readonly sink?: string;
  readonly came?: Came;
  readonly crash?: string;
}

export interface NodeRed {
  ask<What extends keyof Actions>(
    what: What,
    ...given: Parameters<Actions[What]>
  ): Promise<ReturnType<Actions[What]>>;
  readonly came: EventEmitter<{ came: [sink: string, came: Came]; crash: [string] }>;
  stop(): Promise<void>;
}

const MOST_LOOKS = 50;

/** What is there once no more timers are set than before: one that is set for a moment is nothing that is left. Waits ten seconds at most. */
export async function leftOf(red: NodeRed, before: Resources): Promise<Resources> {
  let after = await red.ask("resources");
  for (let looks = 1; looks < MOST_LOOKS && after.timers.length > before.timers.length; looks++) {
    await sleep(200);
    after = await red.ask("resources");
  }
  return after;
}

/** @param speed how much faster than in this process time passes there */
export async function startNodeRed(speed = 1): Promise<NodeRed> {
  const time = path.join(__dirname, "time.cjs");
  const child = fork(path.join(__dirname, "child.cjs"), [], {
    execArgv: ["--expose-gc", "--require", time],
    env: { ...process.env, TRUST_SPEED: String(speed) },
    serialization: "advanced",
  });
  const came: NodeRed["came"] = new EventEmitter();
  const waiting = new Map<number, (said: Said) => void>();
  let asked = 0;
  child.on("message", (said: Said) => {
    if (said.number !== undefined) waiting.get(said.number)?.(said);
    else if (said.crash !== undefined) came.emit("crash", said.crash);
    else if (said.sink !== undefined) came.emit("came", said.sink, said.came ?? {});
  });
  child.on("exit", () => {
    for (const settle of waiting.values()) settle({ error: "Node-RED has ended" });
  });
  await once(child, "message");
  return {
    came,
    ask: (what, ...[given]) =>
      new Promise((resolve, reject) => {
        const number = ++asked;
        waiting.set(number, ({ answer, error }) => {
          waiting.delete(number);
          if (error === undefined) resolve(answer as ReturnType<Actions[typeof what]>);
          else reject(new Error(`${what}: ${error}`));
        });
        child.send({ number, what, given });
      }),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}
