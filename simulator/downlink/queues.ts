import type { StackError } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import type { Application } from "../application";
import type { EndDevice } from "../devices/device";
import { stackError } from "../stackErrors";
import { sortedIds, stamp } from "../stamps";
import { validate } from "./check";
import { downlinkErrors } from "./errors";
import type { DownlinkItem } from "./item";
import { QUEUE_CAPACITY } from "./limits";
import { parseDownlinks } from "./parse";
import { prepared, reportedRefusal } from "./refusals";
import type { DownlinkReports } from "./reports";

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
  /** Silent on MQTT. */
  | { readonly outcome: "dropped"; readonly error: StackError };

/** The devices' downlink queues: push, replace and what is published about them. */
export class DownlinkQueues {
  readonly #application: Application;
  readonly #device: (deviceId: string) => EndDevice | undefined;
  readonly #reports: DownlinkReports;
  readonly #planAhead: number;
  readonly #queues = new Map<string, DownlinkItem[]>();
  readonly #changed: (device: EndDevice) => void;

  constructor(parts: {
    readonly application: Application;
    readonly device: (deviceId: string) => EndDevice | undefined;
    readonly reports: DownlinkReports;
    /** ms that the Network Server plans ahead. */
    readonly planAhead: number;
    readonly changed: (device: EndDevice) => void;
  }) {
    this.#application = parts.application;
    this.#device = parts.device;
    this.#reports = parts.reports;
    this.#planAhead = parts.planAhead;
    this.#changed = parts.changed;
  }

  /** What waits for the device, next one first. */
  queued(deviceId: string): readonly DownlinkItem[] {
    return this.#queues.get(deviceId) ?? [];
  }

  /** Takes the next one for transmission. */
  take(deviceId: string): void {
    this.#queues.get(deviceId)?.shift();
  }

  /** Puts one that was not acknowledged behind what waits, whatever that is by now. */
  again(device: EndDevice, item: DownlinkItem): void {
    const { id } = device.model;
    this.#queues.set(id, [...this.queued(id), { ...item, fCnt: device.nextFCntDown() }]);
  }

  /** Takes out what has this counter or a lower one. */
  overtaken(device: EndDevice, fCnt: number): readonly DownlinkItem[] {
    const { id } = device.model;
    const before = this.queued(id);
    this.#queues.set(
      id,
      before.filter((item) => item.fCnt > fCnt),
    );
    return before.filter((item) => item.fCnt <= fCnt);
  }

  /** A new session counts anew; the queue stays, but for what the application has encrypted with the old key. */
  renumber(device: EndDevice): void {
    const { id } = device.model;
    if (device.model.sealed) {
      this.#queues.delete(id);
      return;
    }
    this.#queues.set(
      id,
      this.queued(id).map((item) => ({ ...item, fCnt: device.nextFCntDown() })),
    );
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

  /** All items succeed or fail together. Rule: docs/server.md#7-downlinks-what-is-taken, 6. */
  operate(request: DownlinkRequest): QueueResult {
    const invalid = validate(request.items);
    if (invalid !== undefined) return { outcome: "dropped", error: invalid };
    const device = this.#device(request.deviceId);
    if (device === undefined) return { outcome: "dropped", error: this.#notFound(request.deviceId) };

    const items: DownlinkItem[] = [];
    for (const item of stamped(request)) {
      const one = prepared(item, device, (error) => {
        this.#reports.notEncoded(device, ofRequest(request, item), error);
      });
      if (!one.ok) return { outcome: "dropped", error: one.error };
      items.push(one.item);
    }
    const before = request.operation === "push" ? this.queued(request.deviceId) : [];
    const full = before.length + items.length > QUEUE_CAPACITY ? downlinkErrors.queueFull() : undefined;
    const lastFCnt = Math.max(device.fCntDown, before.at(-1)?.fCnt ?? 0);
    const refused = reportedRefusal(items, device, Date.now() + this.#planAhead / 2, lastFCnt) ?? full;
    if (refused !== undefined) {
      for (const item of items) this.#reports.refused(device, item, refused);
      return { outcome: items.length > 0 ? "failed" : "dropped", error: refused };
    }

    this.#queues.set(request.deviceId, [...before, ...items.map((item) => forNetwork(item, device))]);
    for (const item of items) this.#reports.queued(device, item);
    if (items.length > 0) this.#changed(device);
    return { outcome: "executed" };
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
 * Adds the server's own correlation IDs: one each, but in a list none to an item that brings one.
 * Rule: docs/server.md#8-downlinks-what-is-told, 4.
 */
function stamped({ items, contextIds }: DownlinkRequest): DownlinkItem[] {
  return items.map((item) => {
    const own = items.length > 1 && item.correlationIds.some((id) => /^(?:as|ns|pba):downlink:/.test(id));
    return {
      ...item,
      correlationIds: sortedIds(item.correlationIds, contextIds, own ? [] : [stamp("as:downlink")]),
    };
  });
}

/** The server's own correlation IDs of a request: that of an item is among them only where it is the only one. */
function ofRequest(
  { items, contextIds }: DownlinkRequest,
  { correlationIds }: DownlinkItem,
): readonly string[] {
  const given = new Set(items.flatMap((item) => item.correlationIds));
  return items.length > 1 ? contextIds : correlationIds.filter((id) => !given.has(id));
}

/** The network gets bytes only, and with a session and a counter of the server's own, unless only the application can encrypt. */
function forNetwork(item: DownlinkItem, device: EndDevice): DownlinkItem {
  const bytes = { ...item, decodedPayload: undefined, warnings: [] };
  if (!device.model.sealed) return { ...bytes, sessionKeyId: Buffer.alloc(0), fCnt: device.nextFCntDown() };
  device.choseFCntDown(item.fCnt);
  return bytes;
}
