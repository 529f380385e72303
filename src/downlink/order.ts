/** A downlink as the stack's queue takes it, and what a flow asks for before it is one. */
import type { JsonObject } from "../stack/messages";

/** What is done with the device's queue. `clear` is a replace with nothing; `list` reads it. */
export const OPERATIONS = ["push", "replace", "clear", "list"] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Those that change the queue. */
export type QueueChange = Exclude<Operation, "list">;

/** From the lowest to the highest: the order in which the stack numbers them. */
export const PRIORITIES = [
  "LOWEST",
  "LOW",
  "BELOW_NORMAL",
  "NORMAL",
  "ABOVE_NORMAL",
  "HIGH",
  "HIGHEST",
] as const;

export type Priority = (typeof PRIORITIES)[number];

/** How the payload of a flow is to be read. Never guessed. */
export const ENCODINGS = ["bytes", "hex", "base64", "text", "decoded", "downlinks"] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** When the node is done: at the MQTT acknowledgement, at a step of the stack, or with a message at every one. */
export const REPORTS = ["published", "queued", "sent", "ack", "every"] as const;

export type Report = (typeof REPORTS)[number];

/** What becomes of a downlink that comes while there is no connection. */
export const OFFLINE = ["hold", "error"] as const;

export type Offline = (typeof OFFLINE)[number];

/** One entry of `downlinks`, checked: the stack takes all of it, and ignores none. Snake case, as it goes out. */
export interface DownlinkItem {
  /** 1 to 223; absent only beside `decoded_payload`, where the encoder chooses. */
  f_port?: number;
  /** Base64. */
  frm_payload?: string;
  decoded_payload?: JsonObject;
  /** Absent: LOWEST. */
  priority?: Priority;
  confirmed?: boolean;
  /** The sender's; ours is added when it goes out. */
  correlation_ids?: string[];
  class_b_c?: { gateways?: GatewayPath[]; absolute_time?: string };
  confirmed_retry?: { attempt?: number; max_attempts?: number };
  /** With `f_cnt` only for devices whose payload crypto is skipped. */
  session_key_id?: string;
  f_cnt?: number;
}

export interface GatewayPath {
  gateway_ids: { gateway_id: string };
  antenna_index?: number;
  group_index?: number;
}

/** A gateway as the form and flows name it. */
export interface GatewayChoice {
  id: string;
  antennaIndex?: number;
  groupIndex?: number;
}

/** A request for the queue of one device, checked. */
export interface QueueRequest {
  readonly deviceId: string;
  readonly operation: "list";
}

/** What goes to the queue of one device, checked. `items` is empty for `clear` only. */
export interface DownlinkOrder {
  readonly deviceId: string;
  readonly operation: QueueChange;
  readonly items: readonly DownlinkItem[];
  readonly encoding: Encoding;
}
