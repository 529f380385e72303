import type { StackError } from "../../src/stack/messages";
import type { EndDevice } from "../devices/device";
import type { ReceivedUplink } from "../network";
import type { Confirmations } from "./confirmations";
import { downlinkErrors, withoutId } from "./errors";
import type { Gateways } from "./gateways";
import type { DownlinkItem } from "./item";
import { LONGEST_CLASS_C } from "./limits";
import type { DownlinkQueues } from "./queues";
import type { DownlinkReports } from "./reports";
import { Timers } from "./timers";
import { ReceiveWindows } from "./windows";

export interface DownlinkTiming {
  /** ms from an occasion to send until a gateway has accepted the frame, and between two frames for a class C device. */
  readonly acceptedAfter: number;
  /** ms that the Network Server plans ahead: a timed downlink is given to a gateway so long before its time. */
  readonly planAhead: number;
  /** ms that a class C device has for acknowledging, from 3.35.0 on. */
  readonly classCTimeout: number;
}

/** What to do with the head of a queue. */
type Decision =
  | { readonly what: "transmit"; readonly gatewayId: string; readonly uplinkIds: readonly string[] }
  | { readonly what: "drop"; readonly error: StackError; readonly uplinkIds: readonly string[] }
  /** In ms; undefined: until something happens. */
  | { readonly what: "wait"; readonly for?: number };

interface Parts {
  readonly queues: DownlinkQueues;
  readonly confirmations: Confirmations;
  readonly reports: DownlinkReports;
  readonly gateways: Gateways;
  readonly timing: DownlinkTiming;
  /** Called when a device answers with an uplink. */
  readonly answer: (device: EndDevice) => void;
}

/** Brings queued downlinks to the devices: class C at once, class A in the receive windows of an uplink. */
export class Transmissions {
  readonly #parts: Parts;
  readonly #attempts = new Timers<EndDevice>((device) => {
    this.#attempt(device);
  });
  readonly #acknowledgements = new Timers<EndDevice>((device) => {
    this.#acknowledge(device);
  });
  readonly #windows = new ReceiveWindows();
  /** Until when a class C device is kept free for a timed downlink, in ms since 1970. */
  readonly #reservedUntil = new Map<EndDevice, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  queued(device: EndDevice): void {
    if (this.#windows.areOpen(device) || device.model.class === "C") this.#soon(device);
  }

  heard(device: EndDevice, { ids, spreadingFactor, confirmed }: ReceivedUplink): void {
    this.#windows.open(device, ids, spreadingFactor);
    this.#soon(device);
    // Only for a device whose frames the application counts is it told of a frame of the network's own.
    if (confirmed && device.model.sealed)
      this.#acknowledgements.plan(device, this.#parts.timing.acceptedAfter);
  }

  /** The windows of the old session are gone. */
  joined(device: EndDevice): void {
    this.#windows.close(device);
  }

  stop(): void {
    this.#attempts.stop();
    this.#acknowledgements.stop();
  }

  #soon(device: EndDevice, ms = this.#parts.timing.acceptedAfter): void {
    if (this.#head(device) !== undefined) this.#attempts.plan(device, ms);
  }

  #head(device: EndDevice): DownlinkItem | undefined {
    return this.#parts.queues.queued(device.model.id)[0];
  }

  #attempt(device: EndDevice): void {
    for (let item = this.#head(device); item !== undefined; item = this.#head(device)) {
      const known = inSession(device, item);
      const decision = this.#decide(device, known);
      if (decision.what === "wait") {
        if (decision.for !== undefined) this.#soon(device, decision.for);
        return;
      }
      this.#parts.queues.take(device.model.id);
      if (decision.what === "transmit") {
        this.#transmit(device, known, decision);
        if (device.model.class === "C") this.#soon(device);
        return;
      }
      this.#parts.reports.dropped(device, known, decision.uplinkIds, decision.error);
    }
  }

  /** With a frame of the network's own, where no downlink has carried it; what has its counter, or a lower one, is lost. */
  #acknowledge(device: EndDevice): void {
    const windows = this.#windows.planned(device);
    if (windows === undefined) return;
    this.#windows.close(device);
    const fCnt = device.nextFCntDown();
    const overtaken = this.#parts.queues.overtaken(device, fCnt);
    this.#parts.reports.invalidated(device, overtaken, fCnt, windows.uplinkIds);
  }

  #decide(device: EndDevice, item: DownlinkItem): Decision {
    const { gateways, timing, confirmations } = this.#parts;
    const now = Date.now();
    const time = item.classBC?.absoluteTime === undefined ? now : Date.parse(item.classBC.absoluteTime);
    // `class_b_c`, even empty, keeps a downlink out of the class A windows and blocks what follows it.
    const windows = item.classBC === undefined ? this.#windows.planned(device) : undefined;
    if (windows === undefined && device.model.class === "A") return { what: "wait" };
    const uplinkIds = windows?.uplinkIds ?? [];
    const drop = (error: StackError): Decision => ({ what: "drop", error, uplinkIds });
    if (time < now) return drop(withoutId(downlinkErrors.expired()));
    const longest = windows?.longest ?? LONGEST_CLASS_C;
    if (item.payload.length > longest) return drop(downlinkErrors.tooLong(item.payload.length, longest));
    if (windows === undefined) {
      if (item.confirmed && confirmations.isWaiting(device)) return { what: "wait" };
      const free = Math.max(this.#reservedUntil.get(device) ?? 0, time - timing.planAhead);
      if (free > now) return { what: "wait", for: free - now };
    }
    const gatewayId = gateways.usable((item.classBC?.gateways ?? []).map((gateway) => gateway.gatewayId));
    if (gatewayId === undefined) return drop(withoutId(downlinkErrors.fixedPaths()));
    if (time > now) this.#reservedUntil.set(device, time);
    return { what: "transmit", gatewayId, uplinkIds };
  }

  #transmit(
    device: EndDevice,
    item: DownlinkItem,
    { gatewayId, uplinkIds }: { readonly gatewayId: string; readonly uplinkIds: readonly string[] },
  ): void {
    const { reports, gateways, confirmations } = this.#parts;
    if (uplinkIds.length > 0) this.#windows.close(device);
    device.sentFCntDown(item.fCnt);
    if (item.confirmed) confirmations.transmitted(device, item);
    const { result, isReported } = gateways.transmit(device.model.id, gatewayId, item);
    if (result !== undefined) {
      if (isReported) reports.notSent(device, item, uplinkIds, result);
      return;
    }
    if (isReported) reports.sent(device, item, uplinkIds);
    if (device.hear(item)) this.#parts.answer(device);
  }
}

/** With the session it is transmitted in, which a later answer still names. */
function inSession(device: EndDevice, item: DownlinkItem): DownlinkItem {
  return { ...item, sessionKeyId: Buffer.from(device.sessionKeyId ?? "", "base64") };
}
