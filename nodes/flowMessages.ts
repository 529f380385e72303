/**
 * What the nodes send, each field with what it means. `npm run schema` makes docs/schema of these types, and the build makes the
 * completion of function nodes of those schemas.
 */
import type { DownlinkView, QueueView } from "../src/delivery/contract";
import type { EventKind } from "../src/stack/event";
import type { JoinPayload } from "../src/stack/join";
import type {
  ApplicationDownlink,
  ApplicationUp,
  DownlinkFailed,
  DownlinkQueueInvalidated,
  LocationSolved,
  NetworkError,
  ServiceData,
  StackError,
  UplinkNormalized,
} from "../src/stack/messages";
import type { RadioSummary } from "../src/stack/radio";
import type { Device } from "../src/stack/summary";
import type { Change, DeviceState, GatewayState } from "../src/stack/watch";
import type { V2Metadata } from "../src/services/v2/legacyFields";

/** A Buffer, as JSON has it. */
export interface Bytes {
  type: "Buffer";
  data: number[];
}

/** What every message of a receiving node has. */
interface ReceivedFields {
  /** As chosen in the form: the MQTT topic, the device ID, or device ID and field. */
  topic: string;
  /** The MQTT topic, where `topic` is something else. */
  mqttTopic?: string;
  deviceId: string;
  device: Device;
  /** When the network received it: RFC 3339, as sent. */
  receivedAt: string;
  /** The same in ms since 1970. */
  time: number;
  /** Of the message; empty if it has none. */
  correlationIds: string[];
  /** It was simulated in the Console. */
  simulated?: true;
  /** The broker had kept it for new subscribers. */
  retain?: true;
}

/** Of `tts-uplink`. */
export interface UplinkNodeMessage extends ReceivedFields {
  /** As chosen in the form: decoded payload, bytes, one field, normalized payload, flat row, location, or the whole message. */
  payload?: unknown;
  /** Absent for a frame without FPort. */
  fPort?: number;
  /** Frame counter. */
  fCnt: number;
  /** The device asked for an acknowledgement. */
  confirmed: boolean;
  /** The stack could not decrypt the payload: the bytes are ciphertext. */
  encrypted?: true;
  /** How it came in over the air: of the best reception. */
  radio: RadioSummary;
  /** Percent, as the device last told the network. */
  battery?: number;
  /** Of the decoder. */
  warnings?: string[];
  /** Decoded values for which a flat row had no room. */
  leftOut?: number;
  /** It was missed, and fetched later from the Storage integration. */
  backfilled?: true;
  /** With the message form V2, as the next ones. */
  app_id?: string;
  dev_id?: string;
  hardware_serial?: string;
  port?: number;
  counter?: number;
  payload_raw?: Bytes;
  payload_fields?: Record<string, unknown>;
  metadata?: V2Metadata;
  /** Only from a V2 network. */
  is_retry?: boolean;
  /** Only from a V2 network. */
  attributes?: Record<string, string>;
  /** The whole message, as The Things Stack sends it. */
  tts: ApplicationUp<"uplink_message">;
}

/** Of `tts-join`. */
export interface JoinNodeMessage extends ReceivedFields {
  payload: JoinPayload;
  /** The whole message, as The Things Stack sends it. */
  tts: ApplicationUp<"join_accept">;
}

/** Of `tts-event`. */
export interface EventNodeMessage extends ReceivedFields {
  /** What happened. */
  event: EventKind;
  /** What stands under that name in the message, as sent. */
  payload: EventBody;
  /** One readable sentence, for what failed. */
  reason?: string;
  /** The whole message, as The Things Stack sends it. */
  tts: ApplicationUp<never>;
}

type EventBody =
  | ApplicationDownlink
  | DownlinkFailed
  | DownlinkQueueInvalidated
  | LocationSolved
  | ServiceData
  | UplinkNormalized
  | NetworkError
  | { error: StackError };

/** Of `tts-downlink`: the message that came in, with this. */
export interface DownlinkNodeMessage {
  /** Of operation `list`: what waits in the queue, as The Things Stack has it. */
  payload?: unknown;
  /** What became of the downlink. */
  downlink: DownlinkView | QueueView;
}

/** Of `tts-watch`: a change, or the answer to a message. */
export type WatchNodeMessage = WatchedDeviceMessage | WatchedGatewayMessage | WatchTableMessage;

interface ChangeFields {
  /** The ID of the device or gateway. */
  topic: string;
  /** One readable sentence. */
  reason: string;
  /** ms since 1970. */
  time: number;
}

export interface WatchedDeviceMessage extends ChangeFields {
  /** The change; when flows start, the state. */
  event: Change | DeviceState["state"];
  payload: DeviceState;
  deviceId: string;
  /** As far as it is known. */
  device: Pick<Device, "id"> & Partial<Device>;
}

export interface WatchedGatewayMessage extends ChangeFields {
  event: Change | GatewayState["state"];
  payload: GatewayState;
  gatewayId: string;
}

export interface WatchTableMessage {
  event: "table";
  payload: (DeviceState | GatewayState)[];
}

/** Of `tts-home-assistant`: for a core `mqtt out` (first output), or for a `tts-downlink` (second output). */
export type HomeAssistantNodeMessage = PublicationMessage | CommandMessage;

export interface PublicationMessage {
  topic: string;
  /** JSON for Home Assistant; empty takes away what the broker keeps. */
  payload: object | "";
  retain: true;
  qos: 1;
}

export interface CommandMessage {
  /** Fields for the encoder, or bytes. */
  payload: Record<string, unknown> | Bytes;
  deviceId: string;
  fPort: number;
  confirmed: boolean;
  priority: string;
  /** The key of the command. */
  command: string;
  value: string | number | boolean;
  /** The same as one downlink of The Things Stack. */
  downlinks: ApplicationDownlink[];
  device: { id: string; applicationId: string };
}
