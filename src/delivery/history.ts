import type { Session } from "../connection/session";
import type { ServiceTraits } from "../stack/services";
import type { NoAnswerEvidence } from "../downlink/evidence";
import type { Clock } from "./clock";
import type { OpenPart } from "./openParts";
import type { Item } from "./item";
import { Tally } from "./tally";

/** What a session tells of itself. */
type Seen = Pick<Session, "openedAt" | "interrupted" | "lastMessageAt" | "devicesSeen">;

const RECENT_SECONDS = 10;
const MOST_DEVICES = 5_000;

/** What has become of downlinks so far, and of the connection meanwhile. */
export class DownlinkHistory {
  readonly #session: Seen;
  readonly #byBroker: boolean;
  /** For which the stack has taken one, the latest last. */
  readonly #devices = new Set<string>();
  readonly #recent = new Tally(RECENT_SECONDS);
  /** When the stack took the last downlink, in ms since 1970. */
  #acceptedAt = -Infinity;

  constructor({ throughBroker }: ServiceTraits, session: Seen) {
    this.#session = session;
    this.#byBroker = throughBroker;
  }

  /** @param now ms of the clock's `now` */
  published(items: number, now: number): void {
    this.#recent.add(items, now);
  }

  /** @param at ms since 1970 */
  accepted(deviceId: string, at: number): void {
    this.#acceptedAt = at;
    this.#devices.delete(deviceId);
    this.#devices.add(deviceId);
    const [oldest] = this.#devices;
    if (this.#devices.size > MOST_DEVICES && oldest !== undefined) this.#devices.delete(oldest);
  }

  /** The stack takes downlinks of this key, and this device exists. */
  knows(deviceId: string): boolean {
    const exists = this.#devices.has(deviceId) || (this.#any && this.#session.devicesSeen.has(deviceId));
    return exists && !this.#mayBeUnheard;
  }

  evidence(
    { part, dispatch }: OpenPart,
    unanswered: Item | undefined,
    clock: Pick<Clock, "now" | "date">,
  ): NoAnswerEvidence {
    const { deviceId, operation, encoding } = dispatch;
    const { openedAt, interrupted, lastMessageAt } = this.#session;
    const since = openedAt ?? Infinity;
    const received = (lastMessageAt ?? -Infinity) >= since;
    const answered = this.#acceptedAt >= since;
    return {
      deviceId,
      operation,
      encoding: part.items.some(({ encodedByStack }) => encodedByStack) ? "decoded" : encoding,
      correlationId: unanswered?.ourId ?? "",
      ...(part.acknowledgedAfter === undefined ? {} : { pubackMs: part.acknowledgedAfter }),
      receivedAnything: lastMessageAt !== undefined,
      anyAnswered: this.#any,
      deviceAnswered: this.#devices.has(deviceId),
      recentItems: this.#recent.sum(clock.now()),
      ...(this.#byBroker ? { broker: { interrupted, received, answered } } : {}),
      ...(openedAt === undefined ? {} : { connectionAge: (clock.date() - openedAt) / 1000 }),
      waited: dispatch.options.timeout,
    };
  }

  /** The stack took some downlink: the key may send. */
  get #any(): boolean {
    return this.#devices.size > 0;
  }

  /** By way of a broker that was gone: whether the stack still listens is not known before it answers again. */
  get #mayBeUnheard(): boolean {
    const { interrupted, openedAt } = this.#session;
    return this.#byBroker && interrupted && this.#acceptedAt < (openedAt ?? Infinity);
  }
}
