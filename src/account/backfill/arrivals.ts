import { isJsonObject } from "../../stack/check";
import { millisecondsOf } from "../../stack/timestamp";
import type { Uplink } from "../../stack/uplink";
import { Latest } from "../latest";
import { identityOf, type ConnectionSettings } from "../settings";

/** What outlives a restart. */
export interface KeptArrivals {
  /** When the server received the last uplink that came, in ms since 1970 by its clock. */
  readonly from: number;
  /** Those that came after that already: what each is known by, and when the server received it. */
  readonly known: readonly (readonly [string, number])[];
  /** Where more came than that: up to when what came is not known one by one, and when nothing came. */
  readonly forgotten?: number;
  readonly gaps?: readonly Gap[];
}

/** From the last uplink that came to the first one that came again, in ms since 1970; 0: not yet. */
type Gap = readonly [begin: number, end: number];

const MOST_KNOWN = 10_000;
const MOST_KEPT = 2_000;
/** More, and what came between the first ones is fetched again. */
const MOST_GAPS = 100;
/** A device ID, a session key ID and a counter are shorter. */
const LONGEST_KEY = 200;
/** Devices send at the same time, and servers work in parallel: one that was received earlier may come later. */
export const OVERLAP_MS = 2_000;

/** Which uplinks came, so that none comes twice, and up to when: all by the clock of the server, for that of this machine may be wrong. */
export class Arrivals {
  #from: number | undefined;
  #latest: number | undefined;
  /** The last ones that came as they were received, and the last that were fetched: however many these are, they push none of those out. */
  readonly #came = new Map<string, number>();
  readonly #fetched = new Map<string, number>();
  /** While something is missing, which may last where it cannot be fetched. */
  #gaps: Gap[] = [];
  /** When the last one was received that came since then and is not known by itself any more. */
  #forgotten = -Infinity;

  /** What came until then is complete, while later ones may be missing; undefined: nothing is missing. */
  get from(): number | undefined {
    return this.#from;
  }

  set from(from: number | undefined) {
    this.#from = from;
    if (from !== undefined) return;
    this.#gaps = [];
    this.#forgotten = -Infinity;
  }

  /** When the last one was received. */
  get latest(): number | undefined {
    return this.#latest;
  }

  /** One came as it was received. */
  take(uplink: Uplink, deviceId: string): void {
    const time = millisecondsOf(uplink.received_at ?? "");
    if (time === undefined) return;
    // Not the greatest one: that of a server whose clock was wrong once would keep all others out.
    this.#latest = time;
    const gap = this.#gaps.at(-1);
    if (gap?.[1] === 0 && time > gap[0]) this.#gaps[this.#gaps.length - 1] = [gap[0], time];
    this.#note(this.#came, uplink, deviceId, time);
  }

  /** Nothing came before this time. */
  beginAt(time: number): void {
    this.#latest ??= time;
  }

  /** From now on uplinks may be missing. */
  interrupt(): void {
    this.#from ??= this.#latest;
    this.#gaps = this.#gapsFromNow;
  }

  /** With the one that begins now. */
  get #gapsFromNow(): Gap[] {
    if (this.#latest === undefined || this.#gaps.at(-1)?.[1] === 0) return this.#gaps;
    const gaps: Gap[] = [...this.#gaps, [this.#latest, 0]];
    const [first, second] = gaps;
    return gaps.length > MOST_GAPS && first && second ? [[first[0], second[1]], ...gaps.slice(2)] : gaps;
  }

  /** One was fetched. Returns whether it was not there yet. */
  add(uplink: Uplink, deviceId: string, time: number): boolean {
    if (time <= this.#forgotten && !this.#gaps.some((gap) => isIn(gap, time))) return false;
    return this.#note(this.#fetched, uplink, deviceId, time);
  }

  #note(among: Map<string, number>, uplink: Uplink, deviceId: string, time: number): boolean {
    const key = keyOf(uplink, deviceId, time);
    if (key.length > LONGEST_KEY || this.#came.has(key) || this.#fetched.has(key)) return false;
    among.set(key, time);
    const [oldest] = among;
    if (among.size <= MOST_KNOWN || !oldest) return true;
    among.delete(oldest[0]);
    if (among === this.#came && this.#from !== undefined)
      this.#forgotten = Math.max(this.#forgotten, oldest[1]);
    return true;
  }

  /** Whether one came that was received between these times. */
  cameBetween(begin: number, end: number): boolean {
    return this.#known.some(([, time]) => time >= begin && time <= end);
  }

  get kept(): KeptArrivals | undefined {
    const from = this.from ?? this.#latest;
    if (from === undefined) return undefined;
    const known = this.#known.filter(([, time]) => time >= from - OVERLAP_MS);
    known.sort(([, one], [, other]) => one - other);
    const forgotten = Math.max(this.#forgotten, known.at(-1 - MOST_KEPT)?.[1] ?? -Infinity);
    return {
      from,
      known: known.slice(-MOST_KEPT),
      ...(forgotten >= from && { forgotten, gaps: this.#gapsFromNow }),
    };
  }

  get #known(): [string, number][] {
    return [...this.#came, ...this.#fetched];
  }

  /** Takes over what an earlier run of this process has kept; nothing of what cannot be that. */
  restore(kept: unknown): void {
    if (!isJsonObject(kept) || !isTime(kept.from)) return;
    // Of several connections with the same account the one knows most that was there last.
    if (this.from !== undefined && this.from >= kept.from) return;
    this.#from = kept.from;
    const gaps: readonly unknown[] = Array.isArray(kept.gaps) ? kept.gaps : [];
    this.#gaps = gaps.filter(isGap);
    this.#forgotten = isTime(kept.forgotten) && this.#gaps.length > 0 ? kept.forgotten : -Infinity;
    const known: readonly unknown[] = Array.isArray(kept.known) ? kept.known : [];
    for (const entry of known.slice(-MOST_KEPT)) {
      const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
      const [key, time] = pair;
      if (typeof key === "string" && key.length <= LONGEST_KEY && isTime(time)) this.#came.set(key, time);
    }
  }
}

/** As dates can be written. */
const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 253_402_300_799_999;

const isGap = (value: unknown): value is Gap =>
  Array.isArray(value) && value.length === 2 && value.every(isTime);

/** Also what may have been on its way when it began, or came behind the one at its end. */
const isIn = ([begin, end]: Gap, time: number): boolean =>
  time >= begin - OVERLAP_MS && (end === 0 || time <= end + OVERLAP_MS);

/** A device that was activated by personalization may have no session key ID, and may begin to count anew: then the time tells. */
function keyOf({ uplink_message: uplink }: Uplink, deviceId: string, time: number): string {
  const { session_key_id: session = "", f_cnt: counter = 0 } = uplink;
  return `${deviceId} ${session === "" ? time : session} ${counter}`;
}

const MOST_RECORDS = 8;
const records = new Latest<Arrivals>(MOST_RECORDS);

/** Of an identity: it outlives the session, for a deploy is an interruption, too. */
export const arrivalsOf = (settings: ConnectionSettings): Arrivals =>
  records.of(identityOf(settings), () => new Arrivals());
