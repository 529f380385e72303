/** What the nodes of a flow make of `msg.payload`, as far as it can be read off: the old downlink nodes told apart what they got. */
import type { Encoding } from "../../../src/downlink/order";
import { codeIn, payloadLiterals } from "./code";
import { objectsIn, textIn, type FlowNode } from "./flow";

type Maker = (node: FlowNode) => Encoding | undefined;

const typed =
  (type: string, value: string): Maker =>
  (node) =>
    encodingOfTyped(textIn(node, type), textIn(node, value));

const MAKERS: Readonly<Record<string, Maker>> = {
  function: (node) => encodingInCode(codeIn(node, "func")),
  change: encodingOfChange,
  json: () => "decoded",
  template: encodingOfTemplate,
  inject: typed("payloadType", "payload"),
  ui_button: typed("payloadType", "payload"),
  "ui-button": typed("payloadType", "payload"),
  ui_switch: typed("onvalueType", "onvalue"),
  "ui-switch": typed("onvalueType", "onvalue"),
};

/** What a node makes of the payload; `undefined` if it leaves it, or that cannot be told. */
export function encodingMadeBy(node: FlowNode): Encoding | undefined {
  return Object.hasOwn(MAKERS, node.type) ? MAKERS[node.type]?.(node) : undefined;
}

/** In the old nodes text was hex. */
const isHex = (text: string): boolean => /^(?:[0-9a-f]{2})+$/i.test(text);

const areHex = (literals: readonly string[]): boolean => literals.length > 0 && literals.every(isHex);

function encodingInCode(code: string): Encoding | undefined {
  if (!code.includes("payload")) return undefined;
  if (/toString\(\s*16\s*\)|["'](hex)["']/.test(code) && !/from\([^)]{0,200}["']hex["']/.test(code))
    return "hex";
  if (/Buffer|Uint8Array|payload["']?\s*[:=]\s*\[/.test(code)) return "bytes";
  if (/payload["']?\s*[:=]\s*\{/.test(code)) return "decoded";
  return areHex(payloadLiterals(code)) ? "hex" : undefined;
}

function encodingOfTyped(type: string, value: string): Encoding | undefined {
  if (type === "bin") return "bytes";
  if (type === "json") return value.startsWith("{") ? "decoded" : "bytes";
  if (type === "jsonata") return encodingInExpression(value);
  return type === "str" && isHex(value) ? "hex" : undefined;
}

function encodingInExpression(expression: string): Encoding | undefined {
  if (expression.startsWith("{")) return "decoded";
  return expression.startsWith("[") ? "bytes" : encodingInCode(`payload = ${expression}`);
}

/** The last rule that sets the payload counts. Before 0.13 the node had one rule, in its own properties. */
function encodingOfChange(node: FlowNode): Encoding | undefined {
  if (textIn(node, "property") === "payload") return encodingOfTyped("str", textIn(node, "to"));
  const setsPayload = ({ t, p, pt = "msg" }: Record<string, unknown>): boolean =>
    t === "set" && p === "payload" && pt === "msg";
  const rule = objectsIn(node, "rules").filter(setsPayload).at(-1);
  return rule && encodingOfTyped(textIn(rule, "tot") || "str", textIn(rule, "to"));
}

function encodingOfTemplate(node: FlowNode): Encoding | undefined {
  if ((textIn(node, "field") || "payload") !== "payload") return undefined;
  if (textIn(node, "output") === "json") return "decoded";
  return isHex(textIn(node, "template")) ? "hex" : undefined;
}
