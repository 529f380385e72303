import type { JsonObject } from "../../src/stack/messages";
import type { V2Downlink } from "../../src/services/v2/messages";

export interface V2Device {
  readonly id: string;
  /** 16 hex digits. */
  readonly devEui?: string;
  /** Base64 of the bytes for these fields; undefined: the encoder fails. Without one the application has no encoder. */
  readonly encode?: (fields: JsonObject) => string | undefined;
}

/** What V2 knows of a device. */
export class V2DeviceState {
  readonly model: V2Device;
  readonly queue: V2Downlink[] = [];
  /** Confirmed, sent, and not acknowledged yet: sent again after each uplink. */
  current: V2Downlink | undefined;
  #counter = 0;
  #downCounter = 0;

  constructor(model: V2Device) {
    this.model = model;
  }

  nextCounter(): number {
    return this.#counter++;
  }

  nextDownCounter(): number {
    return this.#downCounter++;
  }
}
