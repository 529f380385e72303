/** A real Node-RED with this package's nodes on a simulated server, and all that comes out of it. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { EventEmitter } from "node:events";
import * as util from "@node-red/util";
import type { Node, NodeAPI, NodeDef, NodeInitializer } from "node-red";
import helper from "node-red-node-test-helper";
import ttsConnection from "../../nodes/tts-connection/runtime";
import ttsDownlink from "../../nodes/tts-downlink/runtime";
import ttsEvent from "../../nodes/tts-event/runtime";
import ttsHomeAssistant from "../../nodes/tts-home-assistant/runtime";
import ttsJoin from "../../nodes/tts-join/runtime";
import ttsUplink from "../../nodes/tts-uplink/runtime";
import ttsWatch from "../../nodes/tts-watch/runtime";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import { Mailbox } from "./mailbox";

/** A message as it comes out of our nodes, Catch or Status nodes. */
export interface Message {
  readonly [field: string]: unknown;
  readonly payload?: unknown;
  readonly topic?: string;
  readonly deviceId?: string;
  readonly tts?: Record<string, unknown>;
  readonly error?: {
    readonly message: string;
    readonly code?: string;
    readonly cause?: { readonly code?: string };
    readonly source: { readonly id: string; readonly type: string; readonly name?: string };
    readonly stack?: string;
  };
  readonly status?: {
    readonly text: string;
    readonly fill: string;
    readonly source: { readonly id: string };
  };
}

export interface Shown {
  readonly text: string;
  readonly fill: string;
  readonly shape: string;
  /** ms since 1970. */
  readonly at: number;
}

/** The text of a status with `__:__` for the time of day in it. */
export const timeless = ({ text }: Shown): string => text.replace(/\b\d\d:\d\d$/, "__:__");

/** Of the admin API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export type FlowNode = Record<string, unknown> & { readonly id: string; readonly type: string };
export type Credentials = Record<string, Readonly<Record<string, string>>>;

/** What node-red-node-test-helper 0.3.6 does not show. Its own `setFlows` may miss the start that it waits for. */
interface Internals {
  readonly _redNodes: {
    setFlows(flows: readonly FlowNode[], credentials: Credentials | null, type: string): Promise<unknown>;
    getFlows(): { readonly flows: unknown };
  };
}

/** The runtime's own events, which @types/node-red__util does not have. */
export const { events } = util as unknown as { readonly events: EventEmitter };

const LANGUAGE = "@tts-flows/node-red-the-things-stack/tts-connection:language";

/** Our own texts in English; those of other nodes stay keys. */
const translate = (key: string): string => (key === LANGUAGE ? "en-US" : key);

const core = (file: string): NodeInitializer =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- core nodes are no ES modules
  require(`@node-red/nodes/core/${file}`) as NodeInitializer;

helper.init(require.resolve("node-red"));

// eslint-disable-next-line @typescript-eslint/no-require-imports -- no ES module, and not always the usual one
const { version: VERSION } = require("node-red/package.json") as { readonly version: string };
const PASSES_CAUSE_ONLY = /^(?:3\.|4\.0\.)/.test(VERSION);

/** As Catch gives it from Node-RED 4.1 on. */
function withCode(message: Message): Message {
  const { error } = message;
  const code = error?.cause?.code;
  return error === undefined || code === undefined ? message : { ...message, error: { code, ...error } };
}

const runtime = (): Internals => helper as unknown as Internals;

/** Everything that a flow can see. Nodes of type `sink` collect messages under their IDs. */
export class Flows {
  readonly #messages = new Mailbox<Message>();
  readonly #shown = new Map<string, Shown[]>();
  readonly #statusListeners = new Set<() => void>();
  readonly #more: readonly string[];

  /** @param more files of core nodes that it needs beside the usual ones */
  constructor(more: readonly string[] = []) {
    this.#more = more;
  }

  readonly #onStatus = ({ id, status }: { id: string; status?: Partial<Shown> }): void => {
    if (status === undefined) return;
    const { text = "", fill = "", shape = "" } = status;
    this.#shown.set(id, [...this.statuses(id), { text, fill, shape, at: Date.now() }]);
    for (const listener of [...this.#statusListeners]) listener();
  };

  async load(nodes: readonly FlowNode[], credentials: Credentials): Promise<void> {
    events.on("node-status", this.#onStatus);
    const collect = (id: string, received: Message): void => {
      const message = PASSES_CAUSE_ONLY ? withCode(received) : received;
      assert.doesNotMatch(message.error?.message ?? "", /__\w+__/, "a value is missing");
      this.#messages.put(id, message);
    };
    const sink = (RED: NodeAPI): void => {
      Object.assign(RED, { _: translate });
      RED.nodes.registerType("sink", function (this: Node, def: NodeDef) {
        RED.nodes.createNode(this, def);
        this.on("input", (message, _send, done) => {
          collect(this.id, message as Message);
          done();
        });
      });
    };
    const types = [
      ...[sink, ttsConnection, ttsUplink, ttsJoin, ttsEvent, ttsDownlink, ttsWatch, ttsHomeAssistant],
      ...["common/25-catch", "common/25-status", "common/24-complete", "common/20-inject"].map(core),
      ...["function/10-function", "function/15-change", "network/05-tls", ...this.#more].map(core),
    ];
    // With an empty flow, because the helper registers core types once per node of theirs.
    await helper.load(types, [], {});
    await this.deploy("full", nodes, credentials);
  }

  /** As Node-RED does when it ends. */
  async stop(): Promise<void> {
    await helper.clearFlows();
  }

  async unload(): Promise<void> {
    await helper.unload();
    events.removeListener("node-status", this.#onStatus);
  }

  /** As the Deploy button; of credentials only those given change. */
  async deploy(
    type: "full" | "flows" | "nodes",
    nodes: readonly FlowNode[],
    credentials: Credentials | null = null,
  ): Promise<void> {
    const started = new Promise((resolve) => events.once("flows:started", resolve));
    await runtime()._redNodes.setFlows(structuredClone(nodes), credentials, type);
    await started;
  }

  /** The next message that this sink got and that is not taken yet. */
  next(sink = "out"): Promise<Message> {
    return this.#messages.next(sink);
  }

  /** Messages that were not taken. */
  untaken(sink = "out"): readonly Message[] {
    return this.#messages.untaken(sink);
  }

  /** All messages of all sinks, taken or not. */
  get everything(): readonly Message[] {
    return this.#messages.everything;
  }

  /** All that a node has shown, the latest last. */
  statuses(id: string): readonly Shown[] {
    return this.#shown.get(id) ?? [];
  }

  /** When the node's latest status has this text; `__:__` in it is any time of day. */
  async shows(id: string, text: string): Promise<Shown> {
    const isShown = (shown: Shown | undefined): shown is Shown =>
      shown !== undefined && timeless(shown) === text;
    const latest = this.statuses(id).at(-1);
    if (isShown(latest)) return latest;
    let timer: NodeJS.Timeout | undefined;
    let listener: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const seen = (): string => JSON.stringify(this.statuses(id).map((shown) => shown.text));
        timer = setTimeout(() => reject(new Error(`${id} never showed "${text}": ${seen()}`)), 8_000);
        listener = () => {
          if (isShown(this.statuses(id).at(-1))) resolve();
        };
        this.#statusListeners.add(listener);
      });
    } finally {
      clearTimeout(timer);
      if (listener) this.#statusListeners.delete(listener);
    }
    return this.shows(id, text);
  }

  /** What nodes have logged, as text. */
  logged(level: "INFO" | "WARN" | "ERROR"): string[] {
    const number = { ERROR: 20, WARN: 30, INFO: 40 }[level];
    return this.#log.flatMap((entry) =>
      entry.level === number && entry.id !== undefined ? [String(entry.msg)] : [],
    );
  }

  /** Everything that was logged, with all that is in it. */
  get log(): string {
    const texts = this.#log.map((entry) => `${String(entry.msg)} ${inspect(entry, { depth: 10 })}`);
    return texts.join("\n");
  }

  get #log(): readonly { readonly level: number; readonly id?: string; readonly msg: unknown }[] {
    return helper.log().args.map(([entry]) => entry as { level: number; id?: string; msg: unknown });
  }

  /** The flows as they are stored and exported. */
  get exported(): string {
    return JSON.stringify(runtime()._redNodes.getFlows());
  }

  /** What Node-RED's admin API answers. */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer: Answer = await helper.request().get(path).query(query);
    return answer;
  }

  async post(path: string, body: object, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer: Answer = await helper.request().post(path).query(query).send(body);
    return answer;
  }

  getNode(id: string): Node {
    return helper.getNode(id);
  }
}

let flows: Flows | undefined;
const simulators: Simulator[] = [];

/** Starts Node-RED before the tests of a suite, and clears away after each of them, or after all. */
export function withNodeRed(clearAfter: Mocha.HookFunction = afterEach): void {
  // They return promises, which @types/node-red-node-test-helper 0.3.5 does not know.
  before(() => helper.startServer());
  clearAfter(async () => {
    await flows?.unload();
    flows = undefined;
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
  });
  after(() => helper.stopServer());
}

export async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  simulators.push(simulator);
  return simulator;
}

export async function running(
  nodes: readonly FlowNode[],
  credentials: Credentials = {},
  more: readonly string[] = [],
): Promise<Flows> {
  flows = new Flows(more);
  await flows.load(nodes, credentials);
  return flows;
}

/** As above, and waits until so many filters are subscribed to. */
export async function receiving(
  simulator: Simulator,
  nodes: readonly FlowNode[],
  filters = 1,
  credentials: Credentials = { connection: { apiKey: simulator.apiKey } },
): Promise<Flows> {
  const running_ = await running(nodes, credentials);
  await subscribed(simulator, filters);
  return running_;
}

/** When the simulator has seen so many SUBSCRIBEs. */
export async function subscribed(simulator: Simulator, filters: number): Promise<void> {
  while (simulator.subscribes.length < filters) await simulator.next("subscribe");
}

/** When that many sessions are open. */
export async function sessions(simulator: Simulator, count: number): Promise<void> {
  while (simulator.sessions !== count)
    await Promise.race([simulator.next("connect"), simulator.next("disconnect")]);
}

export const tab = (id = "tab"): FlowNode => ({ id, type: "tab", label: id });

/** The config node, for a simulator; the API is not asked unless a test is about it. */
export function connection(simulator: Simulator | undefined, more: object = {}): FlowNode {
  return {
    id: "connection",
    type: "tts-connection",
    host: simulator?.host ?? "127.0.0.1",
    port: String(simulator?.port ?? 1),
    useTls: false,
    applicationId: simulator?.userName ?? "app1",
    api: "off",
    ...more,
  };
}

/** A node on a tab, by default on `tab`, wired to the sink `out`. */
export function node(type: string, id: string, more: object = {}): FlowNode {
  return { id, type, z: "tab", x: 0, y: 0, connection: "connection", wires: [["out"]], ...more };
}

export const uplink = (more: object = {}, id = "uplink"): FlowNode => node("tts-uplink", id, more);
export const sink = (id = "out", z = "tab"): FlowNode => ({ id, type: "sink", z, x: 0, y: 0, wires: [] });

/** A Catch node with a sink `caught`, and a Status node with a sink `stated`, on a tab. */
export function listeners(z = "tab", suffix = ""): FlowNode[] {
  return [
    { id: `catch${suffix}`, type: "catch", z, x: 0, y: 0, scope: null, wires: [[`caught${suffix}`]] },
    { id: `status${suffix}`, type: "status", z, x: 0, y: 0, scope: null, wires: [[`stated${suffix}`]] },
    sink(`caught${suffix}`, z),
    sink(`stated${suffix}`, z),
  ];
}

/** The most usual flow: a connection and an uplink node. */
export function uplinkFlow(simulator: Simulator | undefined, more: object = {}): FlowNode[] {
  return [tab(), connection(simulator), uplink(more), sink(), ...listeners()];
}
