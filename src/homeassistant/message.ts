/** What a message at the input is: an uplink, a command, Home Assistant that has started, or a device to be removed. */
import { isJsonObject } from "../stack/check";
import type { DeviceFacts } from "./device";
import { idOfLevel, LONGEST_ID } from "./names";
import { readPayload, type ReadPayload } from "./reading";
import type { Settings } from "./settings";

export type Incoming =
  | {
      readonly what: "uplink";
      readonly deviceId: string;
      readonly applicationId: string;
      readonly payload: ReadPayload;
      readonly facts: DeviceFacts;
      /** ms since 1970; `undefined`: now. */
      readonly at: number | undefined;
    }
  | {
      readonly what: "command";
      readonly deviceId: string;
      readonly applicationId: string;
      readonly key: string;
      readonly text: string;
      /** The broker had kept it. */
      readonly isOld: boolean;
    }
  | { readonly what: "birth" }
  /** Home Assistant goes, or says something else. */
  | { readonly what: "nothing" }
  | { readonly what: "remove"; readonly deviceId: string; readonly applicationId: string | undefined }
  | { readonly what: "unknown" };

type Message = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 1_000;

/** The text of a payload from a core `mqtt in`, however it was told to read it. */
function textOf(payload: unknown): string {
  if (Buffer.isBuffer(payload)) return payload.subarray(0, LONGEST_TEXT).toString();
  if (typeof payload === "string") return payload.slice(0, LONGEST_TEXT);
  return typeof payload === "number" || typeof payload === "boolean" ? String(payload) : "";
}

const idIn = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= LONGEST_ID ? value : undefined;

const present = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value.slice(0, 100) : undefined;

const finite = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

const member = (value: unknown, name: string): unknown =>
  isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

type Topics = Pick<Settings, "prefix" | "base">;

/** Never throws: what a flow's code puts into a message may do so when it is read. */
export function readMessage(message: Message, topics: Topics): Incoming {
  try {
    return incomingOf(message, topics);
  } catch {
    return { what: "unknown" };
  }
}

function incomingOf(message: Message, settings: Topics): Incoming {
  const { remove, topic, payload, tts } = message;
  const application = present(member(message.device, "applicationId"));
  if (remove !== undefined && remove !== false && remove !== "") {
    const deviceId = idIn(remove);
    return deviceId === undefined
      ? { what: "unknown" }
      : { what: "remove", deviceId, applicationId: application };
  }
  if (isJsonObject(tts)) return uplinkIn(message, tts);
  if (typeof topic === "string") {
    if (topic === `${settings.prefix}/status`)
      return textOf(payload) === "online" ? { what: "birth" } : { what: "nothing" };
    const command = commandIn(topic, message, settings.base);
    if (command !== undefined) return command;
  }
  const deviceId = idIn(message.deviceId);
  // The bytes of an uplink that was not decoded are no fields.
  if (deviceId === undefined || !isJsonObject(payload) || ArrayBuffer.isView(payload))
    return { what: "unknown" };
  return uplinkOf(message, deviceId, application ?? "", readPayload(payload, undefined));
}

function uplinkIn(message: Message, tts: Message): Incoming {
  const body = member(tts, "uplink_message") ?? member(tts, "uplink_normalized");
  // Joins and events are no news for Home Assistant.
  if (!isJsonObject(body)) return { what: "nothing" };
  const ids = member(tts, "end_device_ids");
  const deviceId = idIn(message.deviceId) ?? idIn(member(ids, "device_id"));
  if (deviceId === undefined) return { what: "unknown" };
  const application =
    present(member(message.device, "applicationId")) ??
    present(member(member(ids, "application_ids"), "application_id"));
  const payload = readPayload(member(body, "decoded_payload"), member(body, "normalized_payload"));
  return uplinkOf(message, deviceId, application ?? "", payload);
}

function uplinkOf(message: Message, deviceId: string, applicationId: string, payload: ReadPayload): Incoming {
  const { device, radio } = message;
  const facts: Record<string, string | number> = {};
  const say = (name: keyof DeviceFacts, value: string | number | undefined): void => {
    if (value !== undefined) facts[name] = value;
  };
  say("eui", present(member(device, "eui")));
  // The stack sends attributes, and no names.
  say("name", present(member(device, "name")) ?? present(member(member(device, "attributes"), "name")));
  say("brand", present(member(device, "brand")));
  say("model", present(member(device, "model")));
  say("firmware", present(member(device, "firmware")));
  say("rssi", finite(member(radio, "rssi")));
  say("snr", finite(member(radio, "snr")));
  say("gateways", finite(member(radio, "gateways")));
  say("battery", finite(message.battery));
  const at = finite(message.time);
  return { what: "uplink", deviceId, applicationId, payload, facts, at };
}

function commandIn(topic: string, { payload, retain }: Message, base: string): Incoming | undefined {
  if (!topic.startsWith(`${base}/`)) return undefined;
  const [application = "", device = "", set, key = "", ...rest] = topic.slice(base.length + 1).split("/");
  if (set !== "set") return undefined;
  const applicationId = idOfLevel(application);
  const deviceId = idOfLevel(device);
  if (applicationId === undefined || !deviceId || rest.length > 0) return { what: "unknown" };
  return { what: "command", applicationId, deviceId, key, text: textOf(payload), isOld: retain === true };
}
