/** A month of a fleet with all that happens to it and to Node-RED, and what a watch told of it. */
import { DAY, HOUR, MINUTE, SECOND, World } from "../world";
import type { Snapshot } from "../../../src/devices/snapshot";
import { Device, type Frame } from "./fleet";
import { Queue } from "./queue";
import { Truth } from "./truth";

export interface MonthOptions {
  readonly devices: number;
  readonly days: number;
  readonly seed: number;
}

/** Of one kind of alarm: how many were due, and lines on those that were not told or were wrong. */
export interface Verdict {
  due: number;
  readonly missed: string[];
  readonly wrong: string[];
  /** Wrong while the habits of the device could not be known. */
  readonly early: string[];
}

const verdict = (): Verdict => ({ due: 0, missed: [], wrong: [], early: [] });

export interface MonthResult {
  readonly uplinks: number;
  readonly deviceDays: number;
  readonly silent: Verdict;
  readonly back: Verdict;
  readonly lost: Verdict;
  readonly reset: Verdict;
}

/** How often the watch looks: less often than it likes to, for each look is at all of them. */
const LOOK = 5 * MINUTE;

/** When nothing comes to us, in days, for how long, and why. */
interface Incident {
  readonly at: number;
  readonly lasts: number;
  readonly what: "disconnected" | "stopped" | "asleep";
  /** What came meanwhile is fetched after it. */
  readonly isFilled?: boolean;
}

const INCIDENTS: readonly Incident[] = [
  { at: 2.2, lasts: 2 * MINUTE, what: "disconnected" },
  { at: 5.5, lasts: 20 * SECOND, what: "stopped" },
  { at: 8.1, lasts: 3 * HOUR, what: "disconnected", isFilled: true },
  { at: 10.7, lasts: HOUR, what: "stopped" },
  { at: 12.4, lasts: 2 * HOUR, what: "asleep" },
  { at: 15.2, lasts: 12 * HOUR, what: "stopped", isFilled: true },
  { at: 18, lasts: 6 * HOUR, what: "disconnected" },
  { at: 22, lasts: 10 * SECOND, what: "stopped", isFilled: true },
  { at: 24.6, lasts: 30 * HOUR, what: "stopped" },
];

/** From such a day on the clock of the machine is wrong by so many ms. */
const CLOCK: readonly (readonly [number, number])[] = [
  [3, -2 * HOUR],
  [9, HOUR],
  [14, -365 * DAY],
  [14.5, 0],
  [20, 40 * DAY],
  [20.1, 0],
];

/** What is known is written down now and then only, and a process may be killed, in ms. */
const STORED_BEFORE = 25 * SECOND;

interface Due {
  readonly at: number;
  readonly run: () => void;
}

interface Told {
  readonly event: string;
  readonly id: string;
  readonly at: number;
}

class Month {
  #world = new World({ pause: LOOK });
  readonly #queue = new Queue<Due>();
  readonly #devices: readonly Device[];
  readonly #truths = new Map<string, Truth>();
  readonly #told: Told[] = [];
  #uplinks = 0;
  #incident: Incident | undefined;
  #missed: (() => void)[] = [];
  #stored: Snapshot | undefined;

  constructor(readonly options: MonthOptions) {
    const { devices, seed, days } = options;
    this.#devices = Array.from({ length: devices }, (_, index) => new Device(index, seed, days));
    for (const device of this.#devices) {
      this.#truths.set(device.id, new Truth());
      this.#schedule(device);
    }
    for (const incident of INCIDENTS) {
      this.#at(incident.at * DAY - STORED_BEFORE, () => (this.#stored = this.#world.stored));
      this.#at(incident.at * DAY, () => this.#begin(incident));
      this.#at(incident.at * DAY + incident.lasts, () => this.#end(incident));
    }
    for (const [day, set] of CLOCK) this.#at(day * DAY, () => (this.#world.set = set));
    this.#at(LOOK, () => this.#look());
  }

  run(): MonthResult {
    const end = this.options.days * DAY;
    for (;;) {
      const due = this.#queue.take();
      if (!due || due.at >= end) break;
      this.#world.passed = due.at;
      due.run();
    }
    return this.#judge();
  }

  #at(at: number, run: () => void): void {
    this.#queue.add({ at, run });
  }

  #look(): void {
    this.#at(this.#world.passed + LOOK, () => this.#look());
    if (this.#incident && this.#incident.what !== "disconnected") return;
    this.#world.look();
    this.#note();
  }

  #note(): void {
    const at = this.#world.passed;
    for (const { event, id } of this.#world.told.splice(0)) this.#told.push({ event, id, at });
  }

  #schedule(device: Device): void {
    this.#at(device.next, () => {
      const frame = device.send();
      this.#schedule(device);
      if (frame) this.#send(device, frame);
    });
  }

  #send(device: Device, frame: Frame): void {
    const sentAt = this.#world.passed;
    const position = this.#truths.get(device.id)?.send(frame) ?? 0;
    if (frame.isLost) return;
    const arrive = (): void => this.#arrive(device, frame, position, sentAt);
    if (frame.delay > 0) this.#at(sentAt + frame.delay, arrive);
    else arrive();
  }

  #arrive(
    device: Device,
    frame: Frame,
    position: number,
    sentAt: number,
    way: "live" | "stored" = "live",
  ): void {
    const world = this.#world;
    if (this.#incident) {
      this.#missed.push(() => this.#arrive(device, frame, position, sentAt, "stored"));
      return;
    }
    const { fCnt: f_cnt, session: session_key_id } = frame;
    this.#truths.get(device.id)?.come(position, frame, world.passed, way);
    const delay = world.passed - sentAt;
    if (frame.joins && way === "live") world.send(device.id, {}, { kind: "join", delay });
    world.send(device.id, { f_cnt, session_key_id }, { way, delay });
    if (frame.isRepeated && way === "live") world.send(device.id, { f_cnt, session_key_id }, { delay });
    this.#uplinks += 1;
    this.#note();
  }

  #begin(incident: Incident): void {
    this.#incident = incident;
    for (const truth of this.#truths.values()) truth.interrupt();
    if (incident.what === "disconnected") this.#world.connected(false);
  }

  #end({ what, isFilled }: Incident): void {
    this.#incident = undefined;
    if (what === "asleep") {
      this.#world.look();
      this.#world.connected(false);
    }
    if (what === "stopped")
      this.#world = this.#world.restarted({ pause: LOOK, ...(this.#stored ? { stored: this.#stored } : {}) });
    this.#world.connected(true);
    const missed = this.#missed;
    this.#missed = [];
    if (isFilled) for (const fetch of missed) fetch();
    this.#note();
  }

  #judge(): MonthResult {
    const { devices, days } = this.options;
    const shown = (device: Device, at: number): string =>
      `${device.id} (${device.habit.kind}) after ${(at / DAY).toFixed(2)} days, losing ${device.lossAt(at)}`;
    const [silent, back, lost, reset] = [verdict(), verdict(), verdict(), verdict()];
    const toldOf = new Map(this.#devices.map(({ id }) => [id, [] as Told[]]));
    for (const told of this.#told) toldOf.get(told.id)?.push(told);
    for (const device of this.#devices) {
      const told = toldOf.get(device.id) ?? [];
      const of = (event: string): number[] => told.filter((one) => one.event === event).map(({ at }) => at);
      const truth = this.#truths.get(device.id);
      const alarms = of("silent");
      for (const at of alarms)
        if (!device.isSilentAt(at)) silent[at < device.knownAt ? "early" : "wrong"].push(shown(device, at));
      for (const { from, to } of device.silences) {
        if (from + device.patience * 2 >= days * DAY || isInterrupted(from, to)) continue;
        silent.due += 1;
        if (!alarms.some((at) => at >= from && at < to)) silent.missed.push(shown(device, from));
      }
      const backs = of("back");
      back.due += alarms.length;
      if (backs.length > alarms.length) back.wrong.push(shown(device, backs.at(-1) ?? 0));
      compare(of("lost"), truth?.lossy ?? [], lost, (at) => shown(device, at));
      compare(of("reset"), truth?.resets ?? [], reset, (at) => shown(device, at));
    }
    return { uplinks: this.#uplinks, deviceDays: devices * days, silent, back, lost, reset };
  }
}

/** For half of the silence nobody listened. */
const isInterrupted = (from: number, to: number): boolean =>
  INCIDENTS.some(
    ({ at, lasts }) => Math.min(to, at * DAY + lasts) - Math.max(from, at * DAY) > (to - from) / 2,
  );

/** Told when it became so, at the same moment. */
function compare(
  told: readonly number[],
  due: readonly number[],
  verdict: Verdict,
  shown: (at: number) => string,
): void {
  verdict.due += due.length;
  verdict.missed.push(...due.filter((at) => !told.includes(at)).map(shown));
  verdict.wrong.push(...told.filter((at) => !due.includes(at)).map(shown));
}

export const month = (options: MonthOptions): MonthResult => new Month(options).run();
