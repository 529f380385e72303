/**
 * Whole downlinks handed over as a payload: in the words of The Things Stack, of V2 or of another network server, one, a list or with
 * an object around it. None of them is bytes, and an encoder would make something else of them. Usable in the browser.
 */
import { bytesIn, listIn, membersOf } from "./foreign";
import { isPlainHex } from "./notation";
import type { Encoding } from "./order";
import { refused, type Refused } from "./ruled";

type ForeignEncoding = Exclude<Encoding, "downlinks">;

/** What a payload is instead of one. */
export type Whole =
  /** Downlink objects of The Things Stack. */
  | { readonly what: "list" }
  /** An object with the list in it; `path` leads to the list. */
  | { readonly what: "envelope"; readonly path: string }
  /** One downlink object. */
  | { readonly what: "downlink" }
  /** A downlink in other words; `path` leads to its payload, which is of that encoding. */
  | {
      readonly what: "foreign";
      readonly path: string;
      readonly port: string;
      readonly encoding: ForeignEncoding;
    }
  /** A message that came from The Things Stack. */
  | { readonly what: "message" };

/** Of each way to write a name one: `fPort`, `f_port` and `FPort` are the same. */
const plainName = (name: string): string => name.toLowerCase().replace(/[_-]/g, "");

/** The names in downlinks and around them, of The Things Stack, V2, ChirpStack, gateways with a server inside, and codecs. */
const KNOWN = new Set(
  [
    "fPort frmPayload decodedPayload priority confirmed confirmedRetry correlationIds classBC sessionKeyId fCnt",
    "downlinks endDeviceIds receivedAt simulated uplinkMessage uplinkNormalized joinAccept",
    "downlinkQueued downlinkSent downlinkAck downlinkNack downlinkFailed downlinkQueueInvalidated",
    "locationSolved serviceData",
    "port payload payloadRaw payloadFields devId deviceId appId hardwareSerial schedule counter metadata",
    "data object devEui applicationId applicationName deviceName multicastName reference id fCntDown",
    "isPending isEncrypted expiresAt timing queueItem deviceQueueItem flushQueue jsonObject",
    "DevEUI_downlink FCntDn time bytes payloadHex payloadBase64 warnings errors topic qos retain _msgid",
  ]
    .join(" ")
    .split(" ")
    .map(plainName),
);

const KINDS = [...KNOWN].filter((name) =>
  /^(?:uplink|joinaccept|downlink(?!s$)|locationsolved|servicedata)/.test(name),
);

/** The payload in a downlink that is not in the stack's words, the first that is there, and how it is written. */
const FOREIGN: readonly (readonly [name: string, encoding: ForeignEncoding])[] = [
  ["payloadraw", "base64"],
  ["payloadfields", "decoded"],
  ["data", "base64"],
  ["object", "decoded"],
  ["bytes", "bytes"],
  ["payloadhex", "hex"],
  ["payloadbase64", "base64"],
  ["payload", "base64"],
];

/** Of other servers, none of whose names alone says anything: what shows the object, and where payload and port are in it. */
const OTHER_SERVERS: readonly {
  readonly isIt: (value: (path: string) => unknown) => boolean;
  readonly path: string;
  readonly port: string;
  readonly encoding: ForeignEncoding;
}[] = [
  // LORIOT.
  {
    isIt: (value) => value("cmd") === "tx" && value("EUI") !== undefined && value("data") !== undefined,
    ...{ path: "data", port: "port", encoding: "hex" },
  },
  // AWS IoT Core for LoRaWAN.
  {
    isIt: (value) => value("PayloadData") !== undefined && value("WirelessMetadata.LoRaWAN") !== undefined,
    ...{ path: "PayloadData", port: "WirelessMetadata.LoRaWAN.FPort", encoding: "base64" },
  },
  // Everynet.
  {
    isIt: (value) => value("type") === "downlink" && value("params.payload") !== undefined,
    ...{ path: "params.payload", port: "params.port", encoding: "base64" },
  },
  // Azure IoT Edge LoRaWAN Starter Kit.
  {
    isIt: (value) => value("RawPayload") !== undefined && value("Fport") !== undefined,
    ...{ path: "RawPayload", port: "Fport", encoding: "base64" },
  },
  // Gateways with a server inside, of MultiTech.
  {
    isIt: (value) =>
      value("deveui") !== undefined && value("data") !== undefined && value("port") !== undefined,
    ...{ path: "data", port: "port", encoding: "base64" },
  },
];

function ofOtherServer(members: ReadonlyMap<string, unknown>): Whole | undefined {
  const value = (path: string): unknown => {
    const [first = "", ...rest] = path.split(".");
    return rest.reduce((inner: unknown, name) => membersOf(inner)?.get(name), members.get(first));
  };
  const found = OTHER_SERVERS.find(({ isIt }) => isIt(value));
  return found && { what: "foreign", path: found.path, port: found.port, encoding: found.encoding };
}

/** Names that no encoder has for its fields. */
const TELLING = ["frmpayload", "decodedpayload", "classbc", "confirmedretry"];

/** Objects around a downlink or an envelope: of requests to other servers, and the message for an `mqtt out` node. */
const AROUND = ["queueitem", "devicequeueitem", "deveuidownlink", "payload"];

/**
 * The whole downlink that a value is; `undefined` where it may be a payload.
 * @param isSure only where nothing else is in it: an encoder may well have a field that is called `port` or `data`
 */
export function wholeIn(value: unknown, isSure: boolean): Whole | undefined {
  const list = listIn(value);
  if (list !== undefined) {
    const first = list.length > 0 ? wholeIn(list[0], isSure) : undefined;
    return first === undefined || first.what === "message" ? undefined : { what: "list" };
  }
  const members = membersOf(value);
  return members === undefined ? undefined : wholeOf(members, isSure);
}

/** The same for JSON as text. */
export function wholeInText(text: string, isSure: boolean): Whole | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return wholeIn(JSON.parse(text), isSure);
  } catch {
    return undefined;
  }
}

/** The same for the members of a plain object. */
export function wholeOf(members: ReadonlyMap<string, unknown>, isSure: boolean): Whole | undefined {
  const other = ofOtherServer(members);
  if (other !== undefined) return other;
  const names = new Map([...members.keys()].map((name) => [plainName(name), name]));
  if (isSure && [...names.keys()].some((name) => !KNOWN.has(name))) return undefined;
  const list = names.get("downlinks");
  if (list !== undefined && isListOfObjects(members.get(list))) return { what: "envelope", path: list };
  if (TELLING.some((name) => names.has(name)) || members.has("f_port")) return { what: "downlink" };
  if (names.has("enddeviceids") && KINDS.some((name) => names.has(name))) return { what: "message" };
  for (const around of AROUND) {
    const name = names.get(around);
    const inner = name === undefined ? undefined : membersOf(members.get(name));
    const whole = inner === undefined ? undefined : wholeOf(inner, isSure);
    if (whole?.what === "envelope") return { ...whole, path: `${name}.${whole.path}` };
    if (whole?.what === "foreign") {
      return { ...whole, path: `${name}.${whole.path}`, port: `${name}.${whole.port}` };
    }
  }
  return foreignOf(members, names);
}

/** A port and a payload: `port` alone says little, it is a field of many devices. */
function foreignOf(
  members: ReadonlyMap<string, unknown>,
  names: ReadonlyMap<string, string>,
): Whole | undefined {
  const isV2 = ["payloadraw", "payloadfields", "devid"].some((name) => names.has(name));
  const port = names.get("fport") ?? (isV2 ? names.get("port") : undefined);
  if (port === undefined) return undefined;
  for (const [plain, encoding] of FOREIGN) {
    const path = names.get(plain);
    if (path !== undefined) {
      return { what: "foreign", path, port, encoding: encodingOf(plain, members.get(path), encoding) };
    }
  }
  return undefined;
}

/** Text is what it usually is there, and a `payload` may be either; the rest can be seen. */
function encodingOf(plain: string, value: unknown, usual: ForeignEncoding): ForeignEncoding {
  if (typeof value === "string") return plain === "payload" && isPlainHex(value) ? "hex" : usual;
  return bytesIn(value) === undefined && listIn(value) === undefined ? "decoded" : "bytes";
}

const isListOfObjects = (value: unknown): boolean => {
  const list = listIn(value);
  if (list === undefined) return membersOf(value) !== undefined;
  return list.length === 0 || membersOf(list[0]) !== undefined;
};

/** Where a payload comes from unless the node is told otherwise. */
export const PAYLOAD_PLACE = "msg.payload";

/** The refusal that says how it is sent as what it is; `isText` where it is JSON as text. */
export function refusedWhole(whole: Whole, property: string, isText: boolean): Refused {
  const values = { property, place: PAYLOAD_PLACE };
  switch (whole.what) {
    case "list":
      return isText
        ? refused("error.invalid-downlink.whole-list-text", values)
        : refused("error.invalid-downlink.whole-list", values);
    case "envelope":
      return isText
        ? refused("error.invalid-downlink.whole-envelope-text", { ...values, field: whole.path })
        : refused("error.invalid-downlink.whole-envelope", { ...values, field: whole.path });
    case "downlink":
      return isText
        ? refused("error.invalid-downlink.whole-downlink-text", values)
        : refused("error.invalid-downlink.whole-downlink", values);
    case "foreign": {
      const { path, port, encoding } = whole;
      const foreign = { ...values, field: path, port, encoding };
      if (isText) return refused("error.invalid-downlink.whole-foreign-text", foreign);
      return encoding === "decoded"
        ? refused("error.invalid-downlink.whole-foreign-fields", foreign)
        : refused("error.invalid-downlink.whole-foreign", foreign);
    }
    case "message":
      return refused("error.invalid-downlink.whole-message", values);
  }
}
