/** Devices as they are in the field, with the faults that they have. */
import { DAY, HOUR, MINUTE, SECOND } from "../world";
import { between, chances, type Chance } from "./chance";

/** How a device sends. Times in ms. */
interface Habit {
  readonly kind: string;
  readonly isRegular: boolean;
  /** Of so many devices one is such, all in all. */
  readonly share: number;
  /** Until the next uplink. */
  readonly next: (device: Device) => number;
  /** The longest pause that it makes by itself. */
  readonly pause: (device: Device) => number;
}

const jittered = (device: Device, part: number): number =>
  device.interval * (1 - part + 2 * part * device.chance());

const regular = (share: number, least: number, most: number, jitter: number): Habit => ({
  kind: `every ${least / MINUTE} to ${most / MINUTE} minutes`,
  share,
  isRegular: true,
  next: (device) => {
    device.interval ||= between(device.chance, least, most);
    return jittered(device, jitter);
  },
  pause: ({ interval }) => interval * (1 + jitter),
});

/** Some uplinks close to each other, now and then. */
const inBursts = (
  kind: string,
  share: number,
  { rest, often, step, count }: { rest: number; often: number; step: number; count: number },
): Habit => ({
  kind,
  share,
  isRegular: false,
  next: (device) => {
    device.interval = rest;
    if (device.burst === 0 && device.chance() < often)
      device.burst = Math.ceil(between(device.chance, count / 2, count));
    if (device.burst === 0) return jittered(device, 0.03);
    device.burst -= 1;
    return device.burst === 0 ? jittered(device, 0.03) : step * between(device.chance, 0.8, 1.2);
  },
  pause: () => rest * 1.03,
});

const REGULAR = regular(30, 20 * MINUTE, 2 * HOUR, 0.1);

const HABITS: readonly Habit[] = [
  REGULAR,
  regular(5, 4 * MINUTE, 20 * MINUTE, 0.1),
  regular(20, 15 * MINUTE, 3 * HOUR, 0.001),
  regular(10, 6 * HOUR, 12 * HOUR, 0.05),
  {
    kind: "daily, and drifting",
    share: 15,
    isRegular: true,
    next: (device) => {
      device.interval ||= DAY + between(device.chance, -MINUTE, MINUTE);
      return device.interval + between(device.chance, -10 * MINUTE, 10 * MINUTE);
    },
    pause: () => DAY + 30 * MINUTE,
  },
  {
    kind: "daily, at some time within an hour",
    share: 5,
    isRegular: true,
    next: (device) => {
      device.interval = DAY;
      const day = Math.floor(device.sentAt / DAY) + 1;
      return day * DAY + between(device.chance, 6 * HOUR, 7 * HOUR) - device.sentAt;
    },
    pause: () => DAY + HOUR,
  },
  inBursts("daily, and ten times a minute in an alarm", 5, {
    ...{ rest: DAY, often: 0.2, step: 6 * SECOND, count: 60 },
  }),
  inBursts("each hour, and at each event", 5, { rest: HOUR, often: 0.1, step: 20 * SECOND, count: 8 }),
  inBursts("tracker: each 5 minutes on its way, each 4 hours at rest", 5, {
    ...{ rest: 4 * HOUR, often: 0.5, step: 5 * MINUTE, count: 20 },
  }),
];

/** Two are to be seen; one of those may be lost. */
const KNOWN_PAUSES = 4;

const SHARES = HABITS.flatMap((habit) => Array.from({ length: habit.share }, () => habit));

export interface Frame {
  readonly fCnt: number;
  readonly session: string;
  /** It joined before. */
  readonly joins: boolean;
  readonly isLost: boolean;
  /** Received so long after it was sent, in ms. */
  readonly delay: number;
  /** It is sent again. */
  readonly isRepeated: boolean;
}

interface Silence {
  readonly from: number;
  readonly to: number;
}

/** One or several. Between them it sends for far longer than it was silent. */
function silencesOf(chance: Chance, end: number, least: number): Silence[] {
  const silences: Silence[] = [];
  const count = 5 * chance();
  for (let from = between(chance, 0.2, 0.5) * end; from < end && silences.length < count;) {
    const to = from + between(chance, 1.2, 2.5) * least;
    silences.push({ from, to });
    from = to + between(chance, 4, 8) * (to - from);
  }
  return silences;
}

export class Device {
  readonly id: string;
  readonly habit: Habit;
  readonly chance: Chance;
  interval = 0;
  burst = 0;
  /** When it sends next, and sent last. */
  next: number;
  sentAt = 0;
  /** Part of what it sends that is lost, before and from `worseFrom` on. */
  readonly loss: number;
  readonly worse: number;
  readonly worseFrom: number;
  /** Nothing is sent between these. */
  readonly silences: readonly Silence[];
  readonly #resets: number[];
  readonly #joins: number[];
  readonly #counts16: boolean;
  #counter: number;
  #pauses = 0;
  #before = Infinity;
  /** When it had made enough of its longest pauses that its habits can be known. */
  knownAt = Infinity;
  #session = 0;

  constructor(index: number, seed: number, days: number) {
    this.id = `device-${index}`;
    this.chance = chances(seed * 1_000_003 + index);
    const { chance } = this;
    this.habit = SHARES[Math.floor(chance() * SHARES.length)] ?? REGULAR;
    this.habit.next(this);
    this.next = chance() * (this.habit.pause(this) + MINUTE);
    const end = days * DAY;
    this.loss = chance() < 0.7 ? 0.01 : chance() < 0.7 ? 0.04 : 0.1;
    this.worse = chance() < 0.1 ? 0.4 : this.loss;
    this.worseFrom = between(chance, 0.3, 0.7) * end;
    this.silences = chance() < 0.25 ? silencesOf(chance, end, this.patience) : [];
    this.#joins = chance() < 0.2 ? [between(chance, 0.1, 0.9) * end] : [];
    this.#counts16 = chance() < 0.3;
    const wraps = this.#counts16 && chance() < 0.5;
    this.#counter = Math.floor(wraps ? 65_536 - 200 * chance() : chance() * 50_000);
    // Close to the end of 16 bits a reset cannot be told from a wrap.
    this.#resets = !wraps && chance() < 0.17 ? [between(chance, 0.2, 0.8) * end] : [];
    this.burst = 0;
  }

  /** How long it may take until it is found to be silent: four of its pauses, more where it has just lost some. */
  get patience(): number {
    const pauses = this.worse > 0.2 ? 50 : this.loss > 0.05 ? 12 : 10;
    return pauses * this.habit.pause(this) + HOUR;
  }

  lossAt(at: number): number {
    return at >= this.worseFrom ? this.worse : this.loss;
  }

  isSilentAt(at: number): boolean {
    return this.silences.some(({ from, to }) => at >= from && at < to);
  }

  /** What it sends at `next`; undefined while it is silent. */
  send(): Frame | undefined {
    const at = (this.sentAt = this.next);
    const pause = Math.max(SECOND, this.habit.next(this));
    this.next += pause;
    const { isRegular } = this.habit;
    if (pause > 0.75 * this.habit.pause(this) && (isRegular || this.#before < pause / 4)) this.#pauses += 1;
    this.#before = pause;
    if (this.#pauses === KNOWN_PAUSES) this.knownAt = Math.min(this.knownAt, this.next);
    if (this.isSilentAt(at)) return undefined;
    const { chance } = this;
    if ((this.#resets[0] ?? Infinity) <= at) {
      this.#resets.shift();
      this.#counter = 0;
    }
    const joins = (this.#joins[0] ?? Infinity) <= at;
    if (joins) {
      this.#joins.shift();
      this.#session += 1;
      this.#counter = 0;
    }
    const fCnt = this.#counts16 ? this.#counter % 65_536 : this.#counter;
    this.#counter += 1;
    return {
      ...{ fCnt, joins, session: `session-${this.#session}` },
      isLost: chance() < this.lossAt(at),
      delay: chance() < 0.02 ? between(chance, 0, 90 * SECOND) : 0,
      isRepeated: chance() < 0.03,
    };
  }
}
