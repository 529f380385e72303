import type { Application } from "../application";
import type { EndDevice } from "../devices/device";
import type { Feed } from "../feed";
import { rpc, sortedIds, stamp } from "../stamps";
import { downlinkJson } from "./item";
import type { DownlinkItem } from "./item";
import type { DownlinkQueues } from "./queues";

/** ms from the occasion to send until the gateway has accepted the frame; on a real one 215 to 370. */
const ACCEPTED_AFTER = 60;

/** Brings queued downlinks to the devices: class C at once, class A in the receive window of an uplink. */
export class Transmissions {
  readonly #application: Application;
  readonly #queues: DownlinkQueues;
  readonly #feed: Feed;
  /** Called when a device answers with an uplink. */
  readonly #answer: (device: EndDevice) => void;
  readonly #timers = new Map<EndDevice, NodeJS.Timeout>();

  constructor(parts: {
    readonly application: Application;
    readonly queues: DownlinkQueues;
    readonly feed: Feed;
    readonly answer: (device: EndDevice) => void;
  }) {
    this.#application = parts.application;
    this.#queues = parts.queues;
    this.#feed = parts.feed;
    this.#answer = parts.answer;
  }

  /** Items were queued. */
  queued(device: EndDevice): void {
    if (device.model.class === "C") this.#schedule(device, []);
  }

  /** The device sent an uplink and listens for a moment. */
  heard(device: EndDevice, uplinkIds: readonly string[]): void {
    this.#schedule(device, uplinkIds);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #schedule(device: EndDevice, uplinkIds: readonly string[]): void {
    if (this.#timers.has(device) || this.#queues.queued(device.model.id).length === 0) return;
    const timer = setTimeout(() => {
      this.#timers.delete(device);
      this.#transmit(device, uplinkIds);
    }, ACCEPTED_AFTER);
    this.#timers.set(device, timer);
  }

  #transmit(device: EndDevice, uplinkIds: readonly string[]): void {
    const next = this.#queues.queued(device.model.id)[0];
    // `class_b_c`, even empty, keeps a downlink out of the class A windows and blocks what follows it.
    if (next === undefined || (device.model.class === "A" && next.classBC !== undefined)) return;
    this.#queues.take(device.model.id);
    this.#sent(device, next, uplinkIds);
    const answers = device.model.hear?.(next.fPort, next.payload) ?? false;
    if (answers) this.#answer(device);
    if (device.model.class === "C") this.#schedule(device, []);
  }

  /** `downlink_sent` is built anew by the Network Server, without `class_b_c` and `confirmed_retry`. */
  #sent(device: EndDevice, item: DownlinkItem, uplinkIds: readonly string[]): void {
    const inner = sortedIds(item.correlationIds, uplinkIds, [
      stamp("ns:transmission"),
      stamp("gs:tx_ack"),
      rpc("GsNs/ReportTxAcknowledgment"),
      rpc("NsGs/ScheduleDownlink"),
    ]);
    const outer = [...inner, rpc("NsAs/HandleUplink"), ...(uplinkIds.length > 0 ? [] : [stamp("as:up")])];
    const body = downlinkJson({
      ...item,
      sessionKeyId: Buffer.from(device.sessionKeyId ?? "", "base64"),
      decodedPayload: undefined,
      classBC: undefined,
      confirmedRetry: undefined,
      correlationIds: inner,
    });
    this.#feed.publish("downlink_sent", body, {
      end_device_ids: device.ids(this.#application.applicationId, "session"),
      correlation_ids: outer,
    });
  }
}
