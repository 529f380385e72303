/** What a fault is done to: Node-RED, two lines, and a server behind them, with uplinks and downlinks under way. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Came, FlowNode, NodeRed } from "../node-red/nodeRed";
import { readOptions } from "../options";
import type { Random } from "../random";
import { AUTHORITY } from "./certificates";
import { Line } from "./line";
import { payloadOf } from "./numbers";
import { IS_REAL, type Target } from "./target";

/**
 * Time passes so much faster in Node-RED's process: its longest pause of 72 seconds takes 7. A time limit of the package must not be over
 * because the machine is busy, as in CI, beside other tests, or because a real server is no faster than ever.
 */
export const SPEED = IS_REAL || readOptions().short ? 4 : 10;
export const HOST = "stack.trust.test";
/**
 * Seconds. A real server holds a device for ten when a connection ends in the midst of a downlink to it; meanwhile it answers nothing on another
 * one that sends to that device, and a ping without an answer ends the connection after half of the keepalive.
 */
export const KEEPALIVE = IS_REAL ? 100 : 10;
const UPLINK_EVERY_MS = 25;
const DOWNLINK_EVERY_MS = IS_REAL ? 200 : 60;

const LINES = ["plain", "tls"] as const;
export type LineName = (typeof LINES)[number];

/** One connection of the package, and what came by it. */
export class Side {
  readonly name: LineName;
  readonly line: Line;
  /** How often each uplink came. */
  readonly uplinks = new Map<number, number>();
  /** Those that should have come and have not, with the fault that they were sent beside and what is to be said of it. */
  readonly missing = new Map<number, { readonly fault: string; readonly beside: string }>();
  /** Of logins, in ms of this process. */
  logins: number[] = [];
  latest = -1;
  /** When the latest uplinks came, in ms of this process. */
  readonly #cameAt = new Map<number, number>();

  constructor(name: LineName, target: Target) {
    this.name = name;
    this.line = new Line(target.destination, name === "tls");
    this.line.onLogin = () => this.logins.push(performance.now());
  }

  took(number: number): void {
    this.uplinks.set(number, (this.uplinks.get(number) ?? 0) + 1);
    this.missing.delete(number);
    this.latest = Math.max(this.latest, number);
    this.#cameAt.set(number, performance.now());
    this.#cameAt.delete(number - 2_000);
  }

  /** When the first uplink from this number on came. */
  backAt(number: number): number | undefined {
    const since = [...this.#cameAt].filter(([came]) => came >= number).map(([, at]) => at);
    return since.length === 0 ? undefined : Math.min(...since);
  }

  /** In the last minute of the package. */
  get recentLogins(): number {
    const since = performance.now() - 60_000 / SPEED;
    return this.logins.filter((at) => at > since).length;
  }
}

/** A downlink and all that was told of it. */
export interface Followed {
  readonly number: number;
  readonly node: string;
  readonly fault: string;
  readonly ends: string[];
  completed: number;
  text: string;
  /** It may have been under way when its connection became another one. */
  mayBeDropped: boolean;
}

const tlsConfig: FlowNode = {
  ...{
    id: "authority",
    type: "tls-config",
    cert: "",
    key: "",
    ca: "",
    certname: "",
    keyname: "",
    caname: "ca.pem",
  },
  ...{ servername: "", verifyservercert: true },
};

const node = (type: string, id: string, more: object): FlowNode => ({
  id,
  type,
  z: "tab",
  x: 0,
  y: 0,
  ...more,
});

export class Scene {
  readonly target: Target;
  readonly red: NodeRed;
  readonly random: Random;
  readonly sides: readonly Side[];
  readonly downlinks = new Map<number, Followed>();
  readonly findings: string[] = [];
  /** Downlinks that warnings have counted, whose end is not told. */
  dropped = 0;
  /** What is being done at present. */
  fault = "none";
  /** The number of the next uplink. */
  nextUplink = 0;
  #nextDownlink = 1;
  #deploys = 0;
  #timers: NodeJS.Timeout[] = [];
  keepalive = KEEPALIVE;

  constructor(target: Target, red: NodeRed, random: Random) {
    this.target = target;
    this.red = red;
    this.random = random;
    this.sides = LINES.map((name) => new Side(name, target));
    red.came.on("came", (sink, came) => this.#came(sink, came));
    red.came.on("crash", (text) => this.findings.push(`Node-RED has ended (${this.fault}): ${text}`));
  }

  async begin(): Promise<void> {
    for (const { line } of this.sides) await line.listen();
    await this.red.ask("names", { [HOST]: "127.0.0.1" });
    await this.red.ask("tellOf", ["tts-uplink", "tts-downlink"]);
    const { apiKey } = this.target;
    await this.deploy("full", {
      plain: { apiKey },
      tls: { apiKey },
      authority: { cadata: AUTHORITY },
    });
    this.busy();
  }

  /** Uplinks and downlinks are under way. */
  busy(): void {
    this.#timers = [
      setInterval(() => {
        if (!this.target.isBehind()) this.uplink();
      }, UPLINK_EVERY_MS),
      setInterval(() => this.downlink(), DOWNLINK_EVERY_MS),
    ];
  }

  /** No more uplinks and downlinks. */
  quiet(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  uplink(): void {
    this.target.uplink(this.nextUplink++);
  }

  /** To a device, by one of the nodes, in turn. */
  downlink(): void {
    const { keeping, hearing } = this.target;
    const number = this.#nextDownlink++;
    const side = LINES[number % 2] ?? "plain";
    const waits = hearing.length > 0 && number % 4 < 2;
    const deviceId = this.random.of(waits ? hearing : keeping);
    const name = `${waits ? "sent" : "queued"}-${side}`;
    const followed: Followed = {
      number,
      node: name,
      fault: this.fault,
      ends: [],
      completed: 0,
      text: "",
      mayBeDropped: false,
    };
    this.downlinks.set(number, followed);
    this.red
      .ask("give", { node: name, messages: [{ number, deviceId, payload: payloadOf(number) }] })
      // While flows are deployed there is no node for a moment.
      .catch(() => this.downlinks.delete(number));
  }

  /** As with the Deploy button, with something changed. */
  async deploy(
    type: "full" | "nodes" | "flows",
    credentials?: Readonly<Record<string, object>>,
  ): Promise<void> {
    this.#deploys += 1;
    await this.red.ask("deploy", { flows: this.#flows(), type, ...(credentials && { credentials }) });
  }

  /** So much time of the package. */
  async pass(ms: number): Promise<void> {
    await sleep(ms / SPEED);
  }

  /** Whether it became so within these ms of this process. */
  async until(isSo: () => boolean, ms: number): Promise<boolean> {
    const end = performance.now() + ms;
    while (!isSo()) {
      if (performance.now() > end) return false;
      await sleep(4);
    }
    return true;
  }

  async stop(): Promise<void> {
    this.quiet();
    await this.red.stop();
    for (const { line } of this.sides) await line.stop();
    await this.target.stop();
  }

  /** Of a connection that is changed only a warning counts what was under way. */
  expectDropped(): void {
    for (const followed of this.downlinks.values())
      if (followed.ends.length === 0) followed.mayBeDropped = true;
  }

  #came(sink: string, { number, state, code, completed, text = "" }: Came): void {
    if (sink.startsWith("log ")) {
      for (const [, count] of text.matchAll(/(?:dropped|followed)[^.:]*: (\d+)/g))
        this.dropped += Number(count);
      return;
    }
    // What nodes say counts, not what comes of it: Node-RED drops messages that are on their way at a deploy.
    const side = this.sides.find(({ name }) => sink === `said uplink-${name}`);
    if (side) {
      if (number !== undefined) side.took(number);
      return;
    }
    const followed =
      number === undefined || !sink.startsWith("said ") ? undefined : this.downlinks.get(number);
    if (!followed) return;
    if (completed) followed.completed += 1;
    else if (code === undefined) followed.ends.push(state ?? "nothing");
    else {
      followed.ends.push(code);
      followed.text = text;
    }
  }

  #flows(): readonly FlowNode[] {
    const { target } = this;
    const name = `deploy ${this.#deploys}`;
    return [
      { id: "tab", type: "tab", label: "trust" },
      tlsConfig,
      ...this.sides.flatMap(({ name: side, line }): readonly FlowNode[] => [
        {
          ...{ id: side, type: "tts-connection", service: "stack", host: HOST, port: String(line.port) },
          ...{
            useTls: side === "tls",
            tls: side === "tls" ? "authority" : "",
            applicationId: target.userName,
          },
          ...{ api: target.api, keepalive: String(this.keepalive), holdMax: "1000", holdFor: "300" },
        },
        node("tts-uplink", `uplink-${side}`, {
          name,
          connection: side,
          output: "bytes",
          wires: [[`up-${side}`]],
        }),
        ...["queued", "sent"].map((report) =>
          node("tts-downlink", `${report}-${side}`, { name, connection: side, report, wires: [["down"]] }),
        ),
        node("trust-sink", `up-${side}`, {}),
      ]),
      node("trust-sink", "down", {}),
    ];
  }
}
