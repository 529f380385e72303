import { warnOfBug } from "../connection/unexpected";
import { Alarm, SYSTEM_CLOCK, type Clock } from "../delivery/clock";
import type { NetworkEvent } from "../diagnosis/networkEvents";
import { networkReason } from "../diagnosis/networkReasons";
import type { StackApi } from "../diagnosis/stackApi";
import type { Text } from "../stack/explanation";
import { shownText } from "../stack/shown";
import type { Standing } from "./seats";

export interface StalledQueuesOptions {
  readonly applicationId: string;
  /** Undefined where it is switched off. */
  readonly api: () => Pick<StackApi, "downlinkQueue"> | undefined;
  /** Something of this connection is known to be in the queue of this device. */
  readonly waits: (deviceId: string) => boolean;
  /** Has the network's errors told, until the returned function is called. */
  readonly listen: () => () => void;
  readonly warn: (text: Text) => void;
  readonly clock?: Clock;
}

/** What waits for the next uplink of a device of class A mostly goes within this time; longer, and it is worth a question. */
const STALLED_MS = 15 * 60_000;
/** A burst to many devices must not become a burst of questions. */
const MOST_DEVICES = 1_000;

/** A device in whose queue something waits. */
interface Waiting {
  /** ms of the clock's `now`, since when nothing has gone. */
  readonly since: number;
  isAsked: boolean;
}

/**
 * Why the first downlink in the queue of a device does not go, said once while it does not: it stands in the way of its own, as the
 * queue shows, or attempts to send it fail, as the network tells. That a device has not been heard is no reason: most are quiet for
 * long. Never throws.
 */
export class StalledQueues {
  readonly #options: StalledQueuesOptions;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  /** In the order of `since`. */
  readonly #waiting = new Map<string, Waiting>();
  #unlisten: (() => void) | undefined;

  constructor(options: StalledQueuesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#alarm = new Alarm(this.#clock, () => this.#look());
  }

  /** A step of any downlink: the last of its own. */
  step({ deviceId, steps }: Pick<Standing, "deviceId" | "steps">): void {
    const isNew = !this.#waiting.has(deviceId);
    const cameIn = steps.at(-1)?.state === "queued";
    if (isNew && (!cameIn || this.#waiting.size >= MOST_DEVICES)) return;
    // What has left it makes room for the next one.
    if (isNew || !cameIn) this.#waiting.delete(deviceId);
    if (this.#options.waits(deviceId)) this.#wait(deviceId);
    else this.#restIfNone();
  }

  #wait(deviceId: string): void {
    if (this.#waiting.has(deviceId)) return;
    const since = this.#clock.now();
    this.#waiting.set(deviceId, { since, isAsked: false });
    this.#alarm.at(since + STALLED_MS);
  }

  /** Something that the network tells. */
  tell({ origin: { deviceId }, received }: NetworkEvent): void {
    if (received.kind !== "downlink_error" || this.#waiting.get(deviceId)?.isAsked !== true) return;
    this.#waiting.delete(deviceId);
    this.#options.warn(networkReason("downlink_error", received.message.downlink_error.data, deviceId));
    this.#restIfNone();
  }

  end(): void {
    this.#waiting.clear();
    this.#rest();
  }

  #restIfNone(): void {
    if (this.#waiting.size === 0) this.#rest();
  }

  #rest(): void {
    this.#alarm.clear();
    this.#unlisten?.();
    this.#unlisten = undefined;
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [deviceId, waiting] of this.#waiting) {
      const dueAt = waiting.since + STALLED_MS;
      // Not each end is a step: after a day, or when its node goes, it is forgotten without one.
      if (!this.#options.waits(deviceId)) this.#waiting.delete(deviceId);
      else if (waiting.isAsked) this.#alarm.at(now + STALLED_MS);
      else if (dueAt > now) this.#alarm.at(dueAt);
      else {
        waiting.isAsked = true;
        this.#unlisten ??= this.#options.listen();
        this.#alarm.at(now + STALLED_MS);
        this.#ask(deviceId, waiting).catch(warnOfBug);
      }
    }
    this.#restIfNone();
  }

  async #ask(deviceId: string, waiting: Waiting): Promise<void> {
    const answer = await this.#options.api()?.downlinkQueue(this.#options.applicationId, deviceId);
    if (answer?.answer !== "ok" || this.#waiting.get(deviceId) !== waiting) return;
    const [first] = answer.downlinks;
    if (!first?.class_b_c) return;
    const { absolute_time: time } = first.class_b_c;
    // A time to come is no fault.
    if (typeof time === "string" && Date.parse(time) > this.#clock.date()) return;
    const values = { device: shownText(deviceId), port: first.f_port ?? 0, number: answer.downlinks.length };
    this.#options.warn({ key: "warning.stalled.class-b-c", values });
  }
}
