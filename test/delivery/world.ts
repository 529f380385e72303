/** A courier on a real session over a socket to the simulator, with a clock that can be turned on. */
import assert from "node:assert/strict";
import { Session } from "../../src/connection/session";
import { Ledger } from "../../src/devices/ledger";
import type { Clock } from "../../src/delivery/clock";
import { Courier, type CourierOptions } from "../../src/delivery/courier";
import type { NoAnswerEvidence } from "../../src/downlink/evidence";
import type {
  DownlinkJob,
  DownlinkState,
  DownlinkView,
  Failure,
  Follower,
} from "../../src/delivery/contract";
import { stackService } from "../../src/services/stack";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import type { SimulatedDevice } from "../../simulator/simulator";
import type { DownlinkItem, DownlinkOrder } from "../../src/downlink/order";
import type { Explanation, Text } from "../../src/stack/explanation";

/** Runs, and can be turned on further. */
export class TurnableClock implements Clock {
  #offset = 0;
  #setBy = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  date(): number {
    return Date.now() + this.#offset + this.#setBy;
  }

  /** As a time server does: no time passes. */
  setOn(ms: number): void {
    this.#setBy += ms;
  }

  now(): number {
    return performance.now() + this.#offset;
  }

  /** By how much it was turned on, in ms: this time passes only here. */
  get turned(): number {
    return this.#offset;
  }

  /** How many are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** ms until the next one. */
  get nextIn(): number {
    return Math.min(...Array.from(this.#timers, ({ at }) => at - this.now()));
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.now() + ms, run };
    const fire = (): void => {
      callOff();
      run();
    };
    const real = setTimeout(fire, ms).unref();
    const callOff = (): void => {
      clearTimeout(real);
      this.#timers.delete(timer);
    };
    timer.run = fire;
    this.#timers.add(timer);
    return callOff;
  }

  turnOn(ms: number): void {
    this.#offset += ms;
    for (const { at, run } of [...this.#timers]) if (at <= this.now()) run();
  }
}

/** What one message in a flow gets to know of its downlink. */
export class Flow implements Follower {
  readonly steps: DownlinkState[] = [];
  readonly reports: DownlinkView[] = [];
  last: DownlinkView | undefined;
  ends = 0;
  failure: Failure | undefined;

  onStep(view: DownlinkView): void {
    this.last = view;
    this.steps.push(view.steps.at(-1)?.state ?? "held");
  }

  onReport(view: DownlinkView): void {
    assert.equal(this.ends, 0, "a report after the end");
    this.reports.push(view);
  }

  onEnd(failure?: Failure): void {
    this.ends += 1;
    this.failure = failure;
  }

  get report(): DownlinkView {
    assert.equal(this.reports.length, 1);
    const [report] = this.reports;
    assert.ok(report);
    return report;
  }
}

/** Looks until it is so; fails after fifteen seconds. */
export async function until(condition: () => boolean, what: string, each?: () => void): Promise<void> {
  const end = performance.now() + 15_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `waited for ${what}`);
    each?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export const device = (id: string, given: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
  id,
  class: "A",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
  ...given,
});

export const item = (given: Partial<DownlinkItem> = {}): DownlinkItem => ({
  f_port: 15,
  frm_payload: "AQ==",
  priority: "NORMAL",
  ...given,
});

type Wanted = Partial<Omit<DownlinkJob, "order">> & Partial<DownlinkOrder>;

export interface World {
  readonly simulator: Simulator;
  readonly session: Session;
  readonly courier: Courier;
  readonly clock: TurnableClock;
  readonly warnings: Text[];
  readonly asked: NoAnswerEvidence[];
  /** A moment after the acknowledgement. */
  readonly lookedUp: NoAnswerEvidence[];
  /** Sends a push of one item for `valve`, or what is given. */
  send(wanted?: Wanted): Flow;
  handle(wanted?: Wanted): { flow: Flow; drop: () => void };
  connected(): Promise<void>;
  end(): Promise<void>;
}

export const NOT_ACCEPTED: Explanation = {
  code: "not_accepted",
  key: "error.not-accepted.unknown",
  values: {},
};

export async function startWorld(
  options: Partial<CourierOptions> = {},
  simulatorOptions: SimulatorOptions = {},
  /** What the connection goes through: returns another port that leads to this one. */
  { through, keepalive = 30 }: { through?: (port: number) => Promise<number>; keepalive?: number } = {},
): Promise<World> {
  const clock = new TurnableClock();
  const { downlinkLimit } = simulatorOptions;
  const simulator = await startSimulator({
    devices: [device("valve"), device("lamp"), device("new", { joined: false })],
    ...simulatorOptions,
    // However slow the machine is, a burst is one.
    ...(downlinkLimit && { downlinkLimit: { ...downlinkLimit, now: () => clock.turned } }),
  });
  const { host, port, applicationId, apiKey } = simulator;
  const service = stackService({ applicationId, apiKey });
  const session = new Session({
    endpoint: { host, port: (await through?.(port)) ?? port },
    service,
    ledger: new Ledger(service),
    clientId: "test",
    keepalive,
    pause: () => 2,
  });
  const warnings: Text[] = [];
  const asked: NoAnswerEvidence[] = [];
  const lookedUp: NoAnswerEvidence[] = [];
  const courier = new Courier({
    service,
    session,
    holdMax: 100,
    holdFor: 300,
    clock,
    warn: (text) => warnings.push(text),
    ...options,
    explainNoAnswer(evidence) {
      asked.push(evidence);
      const usual = evidence.operation === "clear" ? "queued" : NOT_ACCEPTED;
      return options.explainNoAnswer?.(evidence) ?? Promise.resolve(usual);
    },
    async lookUp(evidence) {
      lookedUp.push(evidence);
      return options.lookUp?.(evidence);
    },
  });
  session.receive(courier.recipient);

  const handle = (wanted: Wanted = {}): { flow: Flow; drop: () => void } => {
    const { report = "queued", timeout = 10, offline = "hold", ...order } = wanted;
    const flow = new Flow();
    const items = order.operation === "clear" ? [] : [item()];
    const { drop } = courier.send(
      {
        report,
        timeout,
        offline,
        order: { deviceId: "valve", operation: "push", encoding: "bytes", items, ...order },
      },
      flow,
    );
    assert.equal(flow.steps.length + flow.ends, 0, "called before send has returned");
    return { flow, drop };
  };
  const connected = (): Promise<void> =>
    until(() => session.stateFor(courier.recipient.kinds).state === "connected", "the connection");
  return {
    simulator,
    session,
    courier,
    clock,
    warnings,
    asked,
    lookedUp,
    handle,
    send: (wanted) => handle(wanted).flow,
    connected,
    async end() {
      courier.end();
      await session.end();
      await simulator.stop();
    },
  };
}

/** The IDs that flows and we gave each of the published items, in order, as the server got them. */
export const publishedIds = ({ simulator }: World): string[][] =>
  simulator.publishes.flatMap(({ payload }) => {
    const { downlinks } = JSON.parse(payload.toString()) as { downlinks: DownlinkItem[] };
    return downlinks.map(({ correlation_ids }) => correlation_ids ?? []);
  });
