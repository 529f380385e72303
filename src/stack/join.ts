/** What a flow gets of a join. */
import type { ApplicationUp } from "./messages";
import { radioSummary, type RadioSummary } from "./radio";
import type { CommonFields } from "./summary";

export interface JoinPayload {
  deviceId: string;
  /** Upper-case hex, as the next two. */
  devEui?: string;
  joinEui?: string;
  /** The new address. */
  devAddr?: string;
  /** Base64. */
  sessionKeyId?: string;
  /** RFC 3339. */
  receivedAt: string;
  /** Only on V2: the stack says nothing of how a join was received. */
  radio?: RadioSummary;
}

export interface JoinFields extends CommonFields {
  payload: JoinPayload;
}

/** The message of a join for a flow. What is read first comes first: the debug sidebar shows five. */
export function joinMessage(common: CommonFields, message: ApplicationUp<"join_accept">): JoinFields {
  const { topic, deviceId, device, receivedAt, time, correlationIds, tts } = common;
  const payload = joinPayload(message, common);
  const fields: JoinFields = { payload, deviceId, topic, time, receivedAt, device, correlationIds, tts };
  if (common.simulated) fields.simulated = true;
  return fields;
}

export function joinPayload(message: ApplicationUp<"join_accept">, common: CommonFields): JoinPayload {
  const body = message.join_accept;
  const { eui, joinEui, addr } = common.device;
  const payload: JoinPayload = { deviceId: common.deviceId, receivedAt: common.receivedAt };
  if (eui !== undefined) payload.devEui = eui;
  if (joinEui !== undefined) payload.joinEui = joinEui;
  if (addr !== undefined) payload.devAddr = addr;
  if (body.session_key_id !== undefined && body.session_key_id !== "")
    payload.sessionKeyId = body.session_key_id;
  if (body.rx_metadata !== undefined || body.settings !== undefined) payload.radio = radioSummary(body);
  return payload;
}
