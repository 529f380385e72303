/** What comes in place of an `mqtt out` that sends downlinks. */
import { codeIn } from "../code";
import { commonOf, objectsIn, textIn, type FlowNode } from "../flow";
import type { Converted } from "../note";
import { objectMaker, type Around } from "./receiving";
import type { Target } from "./topics";

type Maker = (node: FlowNode) => boolean;

/** The nodes of which can be told that they make an object of the payload, not its text. */
const MAKES_OBJECT: Readonly<Record<string, Maker>> = {
  function: (node) => {
    const code = codeIn(node, "func");
    return /\bdownlinks\b/.test(code) && !code.includes("JSON.stringify");
  },
  change: (node) =>
    objectsIn(node, "rules")
      .filter(({ t, p }) => t === "set" && p === "payload")
      .at(-1)?.tot === "json",
  json: (node) => textIn(node, "action") === "obj",
  template: (node) => textIn(node, "output") === "json",
  inject: (node) => textIn(node, "payloadType") === "json",
};

export const makesObject = (node: FlowNode): boolean =>
  Object.hasOwn(MAKES_OBJECT, node.type) && MAKES_OBJECT[node.type]?.(node) === true;

/** Where a node sends to that takes the topic of each message: to its device, with its operation. */
const BY_MESSAGE = {
  device: '$split(topic, "/")[3]',
  deviceType: "jsonata",
  operation: '$split(topic, "/")[5]',
  operationType: "jsonata",
};

/**
 * @param target `undefined` where the topic comes with each message
 * @param isObject what comes is an object, as far as can be told: text is made one first
 */
export function sendingFrom(
  node: FlowNode,
  target: Pick<Target, "device" | "operation"> | undefined,
  around: Around,
  isObject: boolean,
): Converted {
  const downlink: FlowNode = {
    ...commonOf(node),
    id: node.id,
    type: "tts-downlink",
    name: textIn(node, "name"),
    wires: [[]],
    connection: around.connection,
    ...(target
      ? { device: target.device, deviceType: "str", operation: target.operation, operationType: "str" }
      : BY_MESSAGE),
    payload: "payload.downlinks",
    payloadType: "msg",
    encoding: "downlinks",
  };
  if (isObject) return { nodes: [downlink], notes: [], outputs: [] };
  const parser = objectMaker(node, around, node.id);
  return { nodes: [downlink, parser], notes: [], outputs: [], input: parser.id };
}
