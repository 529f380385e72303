/** The rules of a downlink for its form: of values that are fixed there by the table of the run time, of others where they come from. */
import { readDecoded } from "../../../src/downlink/decoded";
import { V3_LIMITS } from "../../../src/downlink/limits";
import { readDownlinks } from "../../../src/downlink/objects";
import type { Encoding } from "../../../src/downlink/order";
import { previewOf, readPayload, type Preview } from "../../../src/downlink/payload";
import { right, type Ruled } from "../../../src/downlink/ruled";
import { RULES, unfitReport, unheardReport } from "../../../src/downlink/rules";
import { connectionOf, limitsOf } from "../../shared/editor/connection";
import { valueNow } from "../../shared/editor/openForms";
import type { EditedNode, Validator } from "../../shared/editor/red";
import { isEnvironmentVariable } from "../../shared/editor/rules";
import { refusalText } from "./refusalText";
import { text } from "../../shared/editor/text";
import { isFixed, typeNow } from "./typedField";

type Property = Exclude<keyof typeof RULES, "report">;

/** A payload that is fixed in the form: the bytes where it is bytes. */
export type FixedPayload = Ruled<Preview | undefined>;

/** A property of the downlink itself: it counts neither for an empty queue nor beside whole downlink objects. */
const OF_THE_ITEM: readonly string[] = [
  "fPort",
  "priority",
  "confirmed",
  "maxAttempts",
  "correlationIds",
  "gateways",
  "absoluteTime",
];

/** What is done whatever the message is; undefined where that comes with it. */
const operationNow = (node: EditedNode): string | undefined =>
  isFixed(typeNow(node, "operation")) ? valueNow(node, "operation") : undefined;

/** The operations that nothing but a device belongs to. */
export type BareOperation = "clear" | "list";

/** Whether the queue is emptied or read whatever the message is. */
export function bareOperation(node: EditedNode): BareOperation | undefined {
  const operation = operationNow(node);
  return operation === "clear" || operation === "list" ? operation : undefined;
}

export const encodingOf = (node: EditedNode): Encoding => {
  const encoding = RULES.encoding(valueNow(node, "encoding"), { limits: V3_LIMITS, now: 0 });
  return encoding.ok ? encoding.value : "bytes";
};

/** Whether a property has a meaning beside the others. */
export function applies(node: EditedNode, property: string): boolean {
  if (bareOperation(node) !== undefined)
    return !OF_THE_ITEM.includes(property) && property !== "payload" && property !== "encoding";
  return encodingOf(node) !== "downlinks" || !OF_THE_ITEM.includes(property);
}

const inWords = (ruled: Ruled<unknown>): true | string => ruled.ok || refusalText(ruled.refusal);

/** Where a value comes from: a property, a variable or an expression. In Node-RED's own words. */
function origin(value: string, type: string): true | string {
  if (type === "env") return value.trim() !== "" || text("validation.variable-required");
  // The key in a context store other than the default one stands behind its name.
  return RED.utils.validateTypedProperty(value.replace(/^#:\(.+?\)::/, ""), type, {});
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** What Node-RED makes of a fixed value. */
const evaluated = (value: string, type: string): unknown => (type === "json" ? parsed(value) : value);

/** Reads a payload that is fixed in the form as the node will. */
export function fixedPayload(encoding: Encoding, value: string, type: string, now: number): FixedPayload {
  const given = evaluated(value, type);
  switch (encoding) {
    case "decoded":
      return withoutBytes(readDecoded(given));
    case "downlinks":
      return withoutBytes(readDownlinks(given, now));
    case "bytes": {
      // Node-RED's field for buffers takes a JSON text as well.
      const written = type === "bin" ? parsed(value) : undefined;
      if (typeof written === "string") return previewOf("text", written);
      return type === "bin" || type === "json" ? previewOf("bytes", value) : readBytes("bytes", given);
    }
    default:
      return typeof given === "string" && type !== "bin"
        ? previewOf(encoding, given)
        : readBytes(encoding, given);
  }
}

const withoutBytes = (ruled: Ruled<unknown>): FixedPayload => (ruled.ok ? right(undefined) : ruled);

const readBytes = (encoding: "bytes" | "hex" | "base64" | "text", value: unknown): FixedPayload =>
  withoutBytes(readPayload(encoding, value));

/** A validator that looks at a typed input as far as it can be told before a message comes. */
function typedValidator(
  property: string,
  ruleFor: (node: EditedNode, value: string, type: string) => true | string,
): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, _options) {
    const given = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (value === undefined || !applies(this, property)) return true;
    const written = given ? String(value) : "";
    if (isEnvironmentVariable(written)) return true;
    const type = typeNow(this, property);
    if (!isFixed(type)) return origin(written, type);
    const readable = type === "json" ? RED.utils.validateTypedProperty(written, type, {}) : true;
    return readable === true ? ruleFor(this, written, type) : readable;
  };
}

const ruleOf = (property: Property, node: EditedNode, value: unknown): true | string =>
  inWords(RULES[property](value, { limits: limitsOf(connectionOf(node)), now: Date.now() }));

/** A property that may be fixed in the form. Space around it is not saved. */
export const typed = (property: Property): Validator =>
  typedValidator(property, (node, value, type) => ruleOf(property, node, evaluated(value.trim(), type)));

export const payload: Validator = typedValidator("payload", (node, value, type) =>
  inWords(fixedPayload(encodingOf(node), value, type, Date.now())),
);

/** A property that is no typed input. */
export function plain(property: Property): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, _options) {
    if (value === undefined || !applies(this, property)) return true;
    return ruleOf(property, this, property === "gateways" ? withoutVariables(value) : value);
  };
}

/** Gateways whose ID comes from a variable: what it will be is not known. */
function withoutVariables(gateways: unknown): unknown {
  if (!Array.isArray(gateways)) return gateways;
  return gateways.map((gateway: unknown) => {
    const id: unknown = typeof gateway === "object" && gateway !== null ? Reflect.get(gateway, "id") : "";
    const isKnown = typeof id !== "string" || !isEnvironmentVariable(id);
    return isKnown ? gateway : Object.assign({}, gateway, { id: "from-a-variable" });
  });
}

/** When the node is done. */
export const report: Validator = function (this: EditedNode, value, _options) {
  if (value === undefined || bareOperation(this) !== undefined) return true;
  const limits = limitsOf(connectionOf(this));
  const wanted = RULES.report(value, { limits, now: Date.now() });
  if (!wanted.ok) return inWords(wanted);
  const refusals = confirmedNow(this).map(
    (confirmed) => unfitReport(wanted.value, confirmed) ?? unheardReport(wanted.value, confirmed, limits),
  );
  // What comes with a message may be either: then only what both refuse is certain.
  const isCertain = refusals.every((refusal) => refusal !== undefined);
  return inWords((isCertain ? refusals[0] : undefined) ?? right(undefined));
};

/** Whether downlinks are confirmed; both where that comes with the message. */
function confirmedNow(node: EditedNode): readonly boolean[] {
  if (!applies(node, "confirmed") || !isFixed(typeNow(node, "confirmed"))) return [true, false];
  return [valueNow(node, "confirmed") !== "false"];
}
