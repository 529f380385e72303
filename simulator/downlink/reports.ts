import type { StackError } from "../../src/stack/messages";
import type { Application } from "../application";
import type { EndDevice } from "../devices/device";
import type { StackEvents } from "../events/events";
import type { Feed } from "../feed";
import { rpc, sortedIds, stamp } from "../stamps";
import type { VersionTraits } from "../versions";
import { downlinkErrors } from "./errors";
import { downlinkJson, HIGHEST, HIGH, present } from "./item";
import type { DownlinkItem } from "./item";

/** What the application is told about its downlinks. Rule: docs/server.md#8-downlinks-what-is-told. */
export class DownlinkReports {
  readonly #application: Application;
  readonly #version: VersionTraits;
  readonly #feed: Feed;
  readonly #events: StackEvents;

  constructor(application: Application, version: VersionTraits, feed: Feed, events: StackEvents) {
    this.#application = application;
    this.#version = version;
    this.#feed = feed;
    this.#events = events;
  }

  queued(device: EndDevice, item: DownlinkItem): void {
    this.#feed.publish("downlink_queued", downlinkJson(item), this.#ofRecord(device, item));
  }

  /** Refused by the Application Server, or by the Network Server when it was asked to queue. */
  refused(device: EndDevice, item: DownlinkItem, error: StackError): void {
    this.#feed.publish(
      "downlink_failed",
      { downlink: downlinkJson(item), error: this.#version.told(error), ...this.#metadata(device) },
      this.#ofRecord(device, item),
      false,
    );
  }

  /** The formatter could not encode it: told in an event only. `ids` are the server's own; the application's are not in it. */
  notEncoded(device: EndDevice, ids: readonly string[], error: StackError): void {
    const { end_device_ids } = this.#ofRecord(device);
    this.#events.failed("as.down.data.encode.fail", end_device_ids, ids, error);
  }

  /** A gateway has accepted the frame. */
  sent(device: EndDevice, item: DownlinkItem, uplinkIds: readonly string[]): void {
    const frame = transmitted(item, uplinkIds);
    const body = { ...downlinkJson(decoded(device, frame)), ...this.#metadata(device) };
    this.#feed.publish("downlink_sent", body, this.#fromNetwork(device, frame.correlationIds, uplinkIds));
  }

  /** A gateway has refused the frame. */
  notSent(device: EndDevice, item: DownlinkItem, uplinkIds: readonly string[], result: string): void {
    const frame = transmitted(item, uplinkIds);
    const error = downlinkErrors.transmission(result);
    const ids = device.ids(this.#application.applicationId, "session");
    this.#events.failed("ns.down.transmission.fail", ids, frame.correlationIds, error);
    const body = this.#failure(device, frame, error);
    this.#feed.publish("downlink_failed", body, this.#fromNetwork(device, frame.correlationIds, uplinkIds));
  }

  /** The Network Server cannot make a frame of it. */
  dropped(device: EndDevice, item: DownlinkItem, uplinkIds: readonly string[], error: StackError): void {
    const body = this.#failure(device, item, error);
    const ids = sortedIds(item.correlationIds, uplinkIds);
    this.#feed.publish("downlink_failed", body, this.#fromNetwork(device, ids, uplinkIds));
  }

  /** A frame of the network's own has taken a counter that these have, or a higher one; where there are none, it is told all the same. */
  invalidated(
    device: EndDevice,
    items: readonly DownlinkItem[],
    lastFCntDown: number,
    uplinkIds: readonly string[],
  ): void {
    const body = present({
      downlinks: items.length > 0 ? items.map(downlinkJson) : undefined,
      last_f_cnt_down: lastFCntDown,
      session_key_id: device.sessionKeyId,
      ...this.#metadata(device),
    });
    this.#feed.publish("downlink_queue_invalidated", body, this.#fromNetwork(device, uplinkIds, uplinkIds));
  }

  /** By an uplink with these correlation IDs. */
  answered(
    device: EndDevice,
    kind: "downlink_ack" | "downlink_nack",
    item: DownlinkItem,
    ids: readonly string[],
  ): void {
    const body = { ...downlinkJson(decoded(device, item)), ...this.#metadata(device) };
    this.#feed.publish(kind, body, {
      end_device_ids: device.ids(this.#application.applicationId, "session"),
      correlation_ids: [...item.correlationIds, ...ids],
    });
  }

  givenUp(device: EndDevice, item: DownlinkItem, attempts: number): void {
    this.refused(device, decoded(device, item), downlinkErrors.givenUp(attempts));
  }

  #failure(device: EndDevice, item: DownlinkItem, error: StackError) {
    const downlink = downlinkJson(decoded(device, item));
    return { downlink, error: this.#version.told(error), ...this.#metadata(device) };
  }

  #metadata(device: EndDevice) {
    return this.#version.sendsMetadata ? device.metadata : {};
  }

  #ofRecord(device: EndDevice, item?: DownlinkItem) {
    return {
      end_device_ids: device.ids(this.#application.applicationId, "record"),
      correlation_ids: item?.correlationIds ?? [],
    };
  }

  #fromNetwork(device: EndDevice, ids: readonly string[], uplinkIds: readonly string[]) {
    const own = [rpc("NsAs/HandleUplink"), ...(uplinkIds.length > 0 ? [] : [stamp("as:up")])];
    return {
      end_device_ids: device.ids(this.#application.applicationId, "session"),
      correlation_ids: [...ids, ...own],
    };
  }
}

/** The network knows bytes only; the Application Server decodes them again in every report. */
export function decoded(device: EndDevice, item: DownlinkItem): DownlinkItem {
  return device.model.downlinkFormatter?.decode(item) ?? item;
}

/** The item as the Network Server builds it anew of the frame: without `class_b_c` and `confirmed_retry`, priority at most HIGH. */
function transmitted(item: DownlinkItem, uplinkIds: readonly string[]): DownlinkItem {
  return {
    ...item,
    priority: item.priority === HIGHEST ? HIGH : item.priority,
    classBC: undefined,
    confirmedRetry: undefined,
    correlationIds: sortedIds(item.correlationIds, uplinkIds, [
      stamp("ns:transmission"),
      stamp("gs:tx_ack"),
      rpc("GsNs/ReportTxAcknowledgment"),
      rpc("NsGs/ScheduleDownlink"),
    ]),
  };
}
