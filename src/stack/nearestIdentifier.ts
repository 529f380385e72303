/** The ID that was probably meant by something else. Usable in the browser. */
import { isDeviceId, type IdentifierForm } from "./identifiers";

/** An address of the Console with an ID in it is shorter. */
const LONGEST_TO_MEND = 300;

/** In a topic or an address of the Console the ID stands behind one of these. */
const BEFORE_ID = /^(?:end-?)?devices?$|^gateways?$/i;

/** `app1.door-1@tenant`, as the logs of the stack have it. */
const UNIQUE_ID = /^[a-z0-9-]+\.([a-z0-9-]+)@[a-z0-9-]+$/;

/** What may stand behind the ID in a topic. */
const BEHIND_ID =
  /^(?:up|join|activations|down|push|replace|queued|sent|ack|nack|failed|invalidated|location|solved|service|data|events|normalized|[+#])$/i;

/**
 * `Door_1` was `door-1`; a topic, an address of the Console or a user name is taken for the device in it, and an EUI for the ID that
 * the Console makes of it.
 */
export function nearestIdentifier(text: string, form: IdentifierForm = "v3"): string | undefined {
  const whole = text.slice(0, LONGEST_TO_MEND).trim();
  // An object that code made a text of.
  if (/^\[object \w+\]$/.test(whole)) return undefined;
  // `door/1` has no level that could be an ID.
  return [idIn(whole), whole]
    .map((given) => asIdentifier(given, form))
    .find((near) => near !== text && isDeviceId(near, form));
}

function asIdentifier(text: string, form: IdentifierForm): string {
  const eui = euiIn(text);
  return eui === undefined ? mended(text, form).replace(/^[-_]+|[-_]+$/g, "") : `eui-${eui}`;
}

/** The pattern that was probably meant: `Door-*` was `door-*`. */
export function nearestPattern(pattern: string, form: IdentifierForm): string {
  const parts = pattern.split("*").map((part) => mended(part, form));
  const first = (parts.shift() ?? "").replace(/^[-_]+/, "");
  const last = (parts.pop() ?? "").replace(/[-_]+$/, "");
  // The beginning of an EUI as the Console shows it: an ID has no capitals.
  const isEui = /^(?=.*[A-F])(?=.*\d)[\dA-F]{6,16}\*/.test(pattern);
  return [isEui ? `eui-${first}` : first, ...parts, last].join("*");
}

const mended = (text: string, form: IdentifierForm): string =>
  text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(form === "v2" ? /[^a-z0-9_]+/g : /[^a-z0-9]+/g, "-")
    .replace(/[-_]{2,}/g, "-");

/** The part of a text that names the device. */
function idIn(text: string): string {
  const json = /"(?:device_id|dev_id|deviceId)"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  if (json !== undefined) return json;
  const ofLog = UNIQUE_ID.exec(text)?.[1];
  if (ofLog !== undefined) return ofLog;
  const [id = ""] = (text.includes("/") ? lastLevelIn(text) : text).split("@");
  return id;
}

function lastLevelIn(text: string): string {
  const levels = text
    .replace(/^\w+:\/\/[^/]*/, "")
    .replace(/[?].*$/s, "")
    .split("/")
    .map((level) => level.trim())
    .filter((level) => level !== "");
  const marker = levels.findIndex((level) => BEFORE_ID.test(level));
  const marked = marker === -1 ? undefined : levels[marker + 1];
  return marked ?? levels.filter((level) => !BEHIND_ID.test(level)).at(-1) ?? "";
}

/** 16 hex digits in lower case, however they are written: also with `eui` or 0x in front, and in pairs. */
function euiIn(text: string): string | undefined {
  const digits = text
    .replace(/^["'<[({\s]*(?:(?:dev[-_ ]?)?eui)?[-_:=\s]*(?:0x)?/i, "")
    .replace(/[-:.\s"'>\])}]/g, "");
  return /^[0-9a-f]{16}$/i.test(digits) ? digits.toLowerCase() : undefined;
}
