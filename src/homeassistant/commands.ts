/** What Home Assistant can send: a switch, button, number or select, and the downlink that becomes of it. Usable in the browser. */
import { isJsonObject } from "../stack/check";
import { PRIORITIES } from "../downlink/order";
import { parseDevicePattern } from "../stack/filters";
import { asTrueOrFalse } from "../stack/values";
import { keyOf, nameFor } from "./names";
import {
  COMMAND_COMPONENTS,
  COMMAND_ENCODINGS,
  isCommandKey,
  MOST_COMMANDS,
  objectsIn,
  type CommandComponent,
} from "./options";

export type CommandPayload =
  { readonly fields: Readonly<Record<string, unknown>> } | { readonly bytes: Uint8Array };

/** What a command sends for a value from Home Assistant, or why there is none. */
export type Commanded =
  | { readonly ok: true; readonly value: string | number | boolean; readonly payload: CommandPayload }
  | { readonly ok: false; readonly rule: string };

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** A `CommandOption` that was read. */
export interface Command {
  readonly key: string;
  readonly name: string;
  readonly component: CommandComponent;
  readonly isFor: (deviceId: string) => boolean;
  readonly fPort: number;
  readonly confirmed: boolean;
  readonly priority: string;
  readonly unit: string | undefined;
  readonly range: Range;
  /** Of a select. */
  readonly options: readonly string[];
  /** The key of the field that tells the state. */
  readonly state: string | undefined;
  readonly send: (text: string) => Commanded;
}

/** Which property of which command cannot be. */
export interface CommandProblem {
  readonly command: string;
  readonly property: string;
  readonly value: string;
}

export type ReadCommands =
  | { readonly ok: true; readonly commands: readonly Command[] }
  | { readonly ok: false; readonly problem: CommandProblem };

/** Of a path in an expression such as `valve.open` or `out[1]`. */
export type PathOf = (expression: string) => readonly (string | number)[] | undefined;

const textIn = (option: Readonly<Record<string, unknown>>, name: string): string => {
  const value = Object.hasOwn(option, name) ? option[name] : undefined;
  if (typeof value === "string") return value.trim();
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return isJsonObject(value) ? JSON.stringify(value) : "";
};

export function readCommands(given: unknown, pathOf: PathOf): ReadCommands {
  const commands: Command[] = [];
  for (const option of objectsIn(given, MOST_COMMANDS)) {
    const read = readCommand(option, pathOf);
    if (!read.ok) return read;
    const { key } = read.command;
    if (commands.some((each) => each.key === key)) return wrong(key, "key", key);
    commands.push(read.command);
  }
  return { ok: true, commands };
}

const wrong = (command: string, property: string, value: string): { ok: false; problem: CommandProblem } => ({
  ok: false,
  problem: { command, property, value },
});

type ReadCommand =
  { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly problem: CommandProblem };

function readCommand(option: Readonly<Record<string, unknown>>, pathOf: PathOf): ReadCommand {
  const of = (name: string): string => textIn(option, name);
  const key = of("key");
  const label = key || of("name");
  const bad = (property: string): ReadCommand => wrong(label, property, of(property));
  if (!isCommandKey(key)) return bad("key");
  const component = COMMAND_COMPONENTS.find((each) => each === of("component"));
  if (component === undefined) return bad("component");
  const encoding = COMMAND_ENCODINGS.find((each) => each === (of("encoding") || "fields"));
  if (encoding === undefined) return bad("encoding");
  const fPort = wholeIn(of("fPort"), 1, 223);
  if (fPort === undefined) return bad("fPort");
  const priority = PRIORITIES.find((each) => each === (of("priority") || "NORMAL"));
  if (priority === undefined) return bad("priority");
  const confirmed = asTrueOrFalse(of("confirmed") || "false");
  if (confirmed === undefined) return bad("confirmed");
  // The rule of V2 takes all IDs of The Things Stack, too.
  const devices = parseDevicePattern(of("devices"), "v2");
  if (!devices.ok) return bad("devices");
  const state = of("state") === "" ? undefined : keyOf(pathOf(of("state")) ?? []);
  if (of("state") !== "" && state === undefined) return bad("state");
  const min = numberIn(of("min") || "0");
  const max = numberIn(of("max") || "100");
  const step = numberIn(of("step") || "1");
  if (min === undefined) return bad("min");
  if (max === undefined || max <= min) return bad("max");
  if (step === undefined || step < 0.001) return bad("step");
  const width = wholeIn(of("width") || "1", 1, 4);
  if (width === undefined) return bad("width");
  if (component === "number" && encoding === "bytes" && !fits(min, max, width)) return bad("width");

  const choices = choicesOf(component, of);
  if (component === "select" && choices.size === 0) return bad("options");
  const template = encoding === "fields" ? fieldsTemplate(of("payload"), key) : bytesTemplate(of("payload"));
  if (template === undefined) return bad("payload");
  // A button has no value of its own.
  if (component === "button" && encoding === "bytes" && of("payload") === "") return bad("payload");
  for (const [word, written] of choices) {
    if (encoding === "bytes" && hexIn(written) === undefined)
      return wrong(
        label,
        component === "select" ? "options" : word === "ON" ? "on" : word === "OFF" ? "off" : "payload",
        written,
      );
  }
  const range = { min, max, step };
  const send = (text: string): Commanded => {
    if (component === "number") return sendNumber(text, range, template, width);
    const written = choices.get(text);
    if (written === undefined) return { ok: false, rule: [...choices.keys()].join(", ") };
    const value = component === "switch" ? text === "ON" : component === "button" ? true : text;
    return { ok: true, value, payload: template(encoding === "fields" ? asJson(written) : written) };
  };
  const command = {
    ...{ key, name: nameFor(of("name") || key), component, fPort, priority, range, state, send },
    isFor: (deviceId: string) => devices.matches(deviceId),
    confirmed,
    unit: of("unit") === "" ? undefined : of("unit").slice(0, 20),
    options: component === "select" ? [...choices.keys()] : [],
  };
  return { ok: true, command };
}

/** What is sent for each word that Home Assistant may send: fields as JSON or text, bytes as hex. */
function choicesOf(component: CommandComponent, of: (name: string) => string): ReadonlyMap<string, string> {
  const isBytes = of("encoding") === "bytes";
  switch (component) {
    case "switch":
      return new Map([
        ["ON", of("on") || (isBytes ? "01" : "true")],
        ["OFF", of("off") || (isBytes ? "00" : "false")],
      ]);
    case "button":
      return new Map([["PRESS", isBytes ? (of("payload").includes("$value") ? "01" : "") : "true"]]);
    case "select":
      return new Map(
        of("options")
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== "")
          .slice(0, 100)
          .map((part) => {
            const [name = "", ...rest] = part.split("=");
            return [name.trim(), rest.length === 0 ? name.trim() : rest.join("=").trim()] as const;
          }),
      );
    case "number":
      return new Map();
  }
}

type Template = (value: unknown) => CommandPayload;

const VALUE = "$value";
const DEEPEST = 10;

/** Fields with the value where `$value` stands alone; without a text a field that is called as the command. */
function fieldsTemplate(text: string, key: string): Template | undefined {
  if (text === "") return (value) => ({ fields: { [key]: value } });
  const parsed = parsedJson(text);
  if (!isJsonObject(parsed)) return undefined;
  return (value) => {
    const filled = withValue(parsed, value, DEEPEST);
    return { fields: isJsonObject(filled) ? filled : {} };
  };
}

function withValue(part: unknown, value: unknown, levels: number): unknown {
  if (part === VALUE) return value;
  if (levels === 0) return null;
  if (Array.isArray(part)) return part.map((each) => withValue(each, value, levels - 1));
  if (!isJsonObject(part)) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, each]) => [name, withValue(each, value, levels - 1)]),
  );
}

/** Bytes with the value, in hex, where `$value` stands; without a text the value alone. */
function bytesTemplate(text: string): Template | undefined {
  const parts = (text === "" ? VALUE : text).split(VALUE).map(hexIn);
  if (parts.includes(undefined)) return undefined;
  return (value) => {
    const middle = hexIn(String(value)) ?? new Uint8Array();
    const bytes = parts.flatMap((part, index) => [...(index > 0 ? middle : []), ...(part ?? [])]);
    return { bytes: Uint8Array.from(bytes) };
  };
}

function hexIn(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (!/^(?:[0-9a-f]{2}){0,255}$/i.test(digits)) return undefined;
  return Uint8Array.from(Array.from(digits.matchAll(/../g), ([pair]) => Number.parseInt(pair, 16)));
}

function sendNumber(text: string, { min, max }: Range, template: Template, width: number): Commanded {
  const value = numberIn(text.trim());
  if (value === undefined || value < min || value > max) return { ok: false, rule: `${min} … ${max}` };
  const isBytes = "bytes" in template("00");
  if (!isBytes) return { ok: true, value, payload: template(value) };
  if (!Number.isInteger(value)) return { ok: false, rule: `${min}, ${min + 1} … ${max}` };
  const unsigned = value < 0 ? value + 256 ** width : value;
  return { ok: true, value, payload: template(unsigned.toString(16).padStart(2 * width, "0")) };
}

const fits = (min: number, max: number, width: number): boolean => {
  const all = 256 ** width;
  return min < 0 ? min >= -all / 2 && max < all / 2 : max < all;
};

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What is no JSON is a text. */
const asJson = (text: string): unknown => {
  const parsed = parsedJson(text);
  return parsed === undefined ? text : parsed;
};

/** Home Assistant adds its steps as binary numbers: 0.1 and 0.2 are 0.30000000000000004. */
const numberIn = (text: string): number | undefined =>
  /^-?\d{1,9}(?:\.\d{1,20})?$/.test(text) ? Number(text) : undefined;

function wholeIn(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}
