import { isJsonObject } from "../../src/stack/check";
import type { V2Downlink, V2SentMetadata, V2Uplink } from "../../src/services/v2/messages";
import type { DownlinkOutcome } from "../mqtt/host";
import { V2DeviceState, type V2Device } from "./device";

/** The API's first form, or its last one: with IDs in uplinks, and events that tell more. */
export type V2Form = "first" | "last";

const ERROR = {
  empty: "Downlink Payload not valid: empty",
  schedule: "ScheduleType not valid: unknown",
  encoder: "Unable to encode downlink fields: no encoder function",
} as const;

const executed: DownlinkOutcome = { outcome: "executed", reason: undefined };
const failed = (reason: string): DownlinkOutcome => ({ outcome: "failed", reason });
const dropped = (reason: string): DownlinkOutcome => ({ outcome: "dropped", reason });

/** Devices of one application of V2, their queues, and what V2 publishes of them. Rule: docs/server.md#11-ttn-v2. */
export class V2Network {
  readonly #applicationId: string;
  readonly #form: V2Form;
  readonly #deliver: (topic: string, payload: Buffer) => void;
  readonly #devices = new Map<string, V2DeviceState>();

  constructor(
    applicationId: string,
    form: V2Form,
    devices: readonly V2Device[],
    deliver: (topic: string, payload: Buffer) => void,
  ) {
    this.#applicationId = applicationId;
    this.#form = form;
    this.#deliver = deliver;
    for (const device of devices) this.#devices.set(device.id, new V2DeviceState(device));
  }

  queue(deviceId: string): readonly V2Downlink[] {
    return this.#known(deviceId).queue;
  }

  topic(deviceId: string, end: string): string {
    return `${this.#applicationId}/devices/${deviceId}/${end}`;
  }

  send(deviceId: string, end: string, message?: unknown): void {
    const text = message === undefined ? "" : JSON.stringify(message);
    this.#deliver(this.topic(deviceId, end), Buffer.from(text));
  }

  /** An uplink, then its fields one by one, then what waits for the device. Acknowledges what was sent before unless told not to. */
  uplink(deviceId: string, given: V2Uplink = {}, acknowledges = true): V2Uplink {
    const device = this.#known(deviceId);
    const { current } = device;
    if (current && acknowledges) {
      device.current = undefined;
      if (this.#form === "last") this.send(deviceId, "events/down/acks", { message: current });
      else this.send(deviceId, "events/ack", {});
    }
    const message: V2Uplink = {
      ...this.#ids(device),
      ...ordinaryUplink(device.nextCounter(), this.#form),
      ...given,
    };
    this.send(deviceId, "up", message);
    this.#sendFields(deviceId, "up", message.payload_fields ?? {});
    this.#transmit(device);
    return message;
  }

  activate(deviceId: string): void {
    const { devEui = "0000000000000000" } = this.#known(deviceId).model;
    this.send(deviceId, "events/activations", {
      app_eui: "70B3D57EF0000001",
      dev_eui: devEui,
      dev_addr: "26001716",
      metadata: metadata(this.#form),
    });
  }

  /** What came on a device's topic for downlinks. */
  take(deviceId: string, payload: Buffer): DownlinkOutcome {
    const device = this.#devices.get(deviceId);
    const message = parsed(payload);
    if (!message) return dropped("not JSON");
    // V2 says nothing of devices that it does not have.
    if (!device) return dropped("no such device");
    const { schedule, ...downlink } = message;
    if ((downlink.payload_raw ?? "") === "" && Object.keys(downlink.payload_fields ?? {}).length === 0)
      return this.#fail(deviceId, ERROR.empty, downlink);
    switch (schedule) {
      case undefined:
      case "":
      case "replace":
        device.current = undefined;
        device.queue.splice(0, Infinity, downlink);
        break;
      case "first":
        device.queue.unshift(downlink);
        break;
      case "last":
        device.queue.push(downlink);
        break;
      default:
        return this.#fail(deviceId, ERROR.schedule, downlink);
    }
    this.send(deviceId, "events/down/scheduled", this.#form === "last" ? { message: downlink } : downlink);
    return executed;
  }

  #transmit(device: V2DeviceState): void {
    const next = device.current ?? device.queue.shift();
    if (!next) return;
    const { id, encode } = device.model;
    const bytes = next.payload_raw ?? encode?.(next.payload_fields ?? {});
    if (bytes === undefined) {
      this.#fail(id, ERROR.encoder, next);
      return;
    }
    const { port, confirmed } = next;
    const sent: V2Downlink = {
      ...(port !== undefined && { port }),
      ...(confirmed && { confirmed }),
      payload_raw: bytes,
    };
    device.current = next.confirmed === true ? sent : undefined;
    const config = { modulation: "LORA", data_rate: "SF7BW125", counter: device.nextDownCounter() };
    if (this.#form === "first") this.send(id, "events/down/sent", sent);
    else
      this.send(id, "events/down/sent", { payload: "YFcXASaF", message: sent, gateway_id: "roof", config });
  }

  #fail(deviceId: string, error: string, message: V2Downlink): DownlinkOutcome {
    this.send(deviceId, "events/down/errors", this.#form === "last" ? { error, message } : { error });
    return failed(error);
  }

  #sendFields(deviceId: string, end: string, fields: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(fields)) {
      this.send(deviceId, `${end}/${name}`, value);
      if (isJsonObject(value)) this.#sendFields(deviceId, `${end}/${name}`, value);
    }
  }

  #ids(device: V2DeviceState): V2Uplink {
    if (this.#form === "first") return {};
    const { id, devEui } = device.model;
    return {
      app_id: this.#applicationId,
      dev_id: id,
      ...(devEui === undefined ? {} : { hardware_serial: devEui }),
    };
  }

  /** Throws a `RangeError` for any other. */
  #known(deviceId: string): V2DeviceState {
    const device = this.#devices.get(deviceId);
    if (!device) throw new RangeError(`there is no device ${deviceId}`);
    return device;
  }
}

function parsed(payload: Buffer): (V2Downlink & { schedule?: string }) | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function metadata(form: V2Form): V2SentMetadata {
  const gateway = { timestamp: 12345, time: "", channel: 0, rssi: -25, snr: 5, rf_chain: 0 };
  return {
    time: new Date().toISOString(),
    frequency: 868.1,
    modulation: "LORA",
    data_rate: "SF7BW125",
    ...(form === "last" && { airtime: 46336000 }),
    coding_rate: "4/5",
    gateways: [
      form === "last" ? { gtw_id: "roof", gtw_trusted: true, ...gateway } : { id: "roof", ...gateway },
    ],
  };
}

function ordinaryUplink(counter: number, form: V2Form): V2Uplink {
  return {
    port: 1,
    counter,
    payload_raw: "AQIDBA==",
    payload_fields: { led: true, gps: { lat: 52.37, lon: 4.88 } },
    metadata: metadata(form),
  };
}
