import type { StackError } from "../../stack/messages";
import type { JsonObject } from "../../stack/messages";
import { isIdentifier } from "../application";
import type { Application } from "../application";
import type { EndDevice } from "../devices/device";
import type { Feed } from "../feed";
import { stackError } from "../stack-errors";
import { sortedIds, stamp } from "../stamps";
import { reportedRefusal, silentRefusal, validate } from "./check";
import { downlinkJson } from "./item";
import type { DownlinkItem } from "./item";
import { parseDownlinks } from "./parse";

export interface DownlinkRequest {
  readonly operation: "push" | "replace";
  readonly deviceId: string;
  readonly items: readonly DownlinkItem[];
  /** Of the way it came, for example the HTTP call. */
  readonly contextIds: readonly string[];
}

export type QueueResult =
  | { readonly outcome: "executed" }
  /** With a `downlink_failed` per item. */
  | { readonly outcome: "failed"; readonly error: StackError }
  /** Nobody is told, on MQTT. */
  | { readonly outcome: "dropped"; readonly error: StackError };

/**
 * The devices' downlink queues: push, replace and what is published about them.
 *
 * Acknowledgements, retries and encoders are to come: an encoder belongs between `silentRefusal` and `reportedRefusal` in
 * `operate`, everything that happens on the air into `transmissions.ts`.
 */
export class DownlinkQueues {
  readonly #application: Application;
  readonly #device: (deviceId: string) => EndDevice | undefined;
  readonly #feed: Feed;
  readonly #queues = new Map<string, DownlinkItem[]>();
  readonly #changed: (device: EndDevice) => void;

  constructor(parts: {
    readonly application: Application;
    readonly device: (deviceId: string) => EndDevice | undefined;
    readonly feed: Feed;
    /** Called when items were queued. */
    readonly changed: (device: EndDevice) => void;
  }) {
    this.#application = parts.application;
    this.#device = parts.device;
    this.#feed = parts.feed;
    this.#changed = parts.changed;
  }

  /** What waits for the device, next one first. */
  queued(deviceId: string): readonly DownlinkItem[] {
    return this.#queues.get(deviceId) ?? [];
  }

  /** Takes the next one for transmission. */
  take(deviceId: string): DownlinkItem | undefined {
    return this.#queues.get(deviceId)?.shift();
  }

  /** A PUBLISH on `…/down/push` or `…/down/replace`. */
  publish(
    topic: { readonly operation: "push" | "replace"; readonly deviceId: string },
    payload: Buffer,
  ): { outcome: "executed" | "failed" | "dropped"; reason: string | undefined } {
    const parsed = parseDownlinks(payload, "mqtt");
    if (!parsed.ok) return { outcome: "dropped", reason: parsed.reason };
    if (!isIdentifier(topic.deviceId)) return { outcome: "dropped", reason: "identifiers" };
    const result = this.operate({ ...topic, items: parsed.items, contextIds: [] });
    return { outcome: result.outcome, reason: result.outcome === "executed" ? undefined : result.error.name };
  }

  /** All items succeed or fail together. Rule: protocol.md 3.3, 3.4, observed.md B3. */
  operate(request: DownlinkRequest): QueueResult {
    const invalid = validate(request.items);
    if (invalid !== undefined) return { outcome: "dropped", error: invalid };
    const device = this.#device(request.deviceId);
    if (device === undefined) return { outcome: "dropped", error: this.#notFound(request.deviceId) };
    const refused = silentRefusal(request.items);
    if (refused !== undefined) return { outcome: "dropped", error: refused };

    const items = stamped(request);
    const failed = reportedRefusal(items, device.hasSession);
    if (failed !== undefined) {
      for (const item of items) {
        this.#announce("downlink_failed", device, item, { downlink: downlinkJson(item), error: failed });
      }
      return { outcome: items.length > 0 ? "failed" : "dropped", error: failed };
    }

    const numbered = items.map((item) => ({ ...item, fCnt: device.nextFCntDown() }));
    const before = request.operation === "push" ? this.queued(request.deviceId) : [];
    this.#queues.set(request.deviceId, [...before, ...numbered]);
    for (const item of items) this.#announce("downlink_queued", device, item, downlinkJson(item));
    if (items.length > 0) this.#changed(device);
    return { outcome: "executed" };
  }

  #announce(
    kind: "downlink_queued" | "downlink_failed",
    device: EndDevice,
    item: DownlinkItem,
    body: JsonObject,
  ) {
    this.#feed.publish(kind, body, {
      end_device_ids: device.ids(this.#application.applicationId, "record"),
      correlation_ids: item.correlationIds,
    });
  }

  #notFound(deviceId: string): StackError {
    return stackError({
      namespace: "pkg/applicationserver",
      name: "device_not_found",
      format: "device `{device_uid}` not found",
      code: 5,
      attributes: { device_uid: `${this.#application.uid}.${deviceId}` },
    });
  }
}

/**
 * Adds the server's own correlation IDs and the first attempt of a confirmed downlink.
 * Rule: one `as:downlink` ID each; in a list, none for an item that brings one already. Protocol.md 3.5.
 */
function stamped({ items, contextIds }: DownlinkRequest): DownlinkItem[] {
  return items.map((item) => {
    const own = items.length > 1 && item.correlationIds.some((id) => /^(?:as|ns|pba):downlink:/.test(id));
    const retry =
      item.confirmedRetry ?? (item.confirmed ? { attempt: 1, maxAttempts: undefined } : undefined);
    return {
      ...item,
      confirmedRetry: retry,
      correlationIds: sortedIds(item.correlationIds, contextIds, own ? [] : [stamp("as:downlink")]),
    };
  });
}
