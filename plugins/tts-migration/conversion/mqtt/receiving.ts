/** What comes in place of an `mqtt in`: nodes whose messages have the same `msg.payload` and `msg.topic`. */
import { isEventKind } from "../../../../src/stack/event";
import { wiresOf, type FlowNode } from "../flow";
import type { Converted } from "../note";
import { below, head, type Surroundings } from "../receiving";
import type { Filter } from "./topics";

export type Around = Pick<Surroundings, "connection" | "newId" | "placeBelow">;

/** The message as it came is in `msg.tts` of joins and events. */
const WHOLE = {
  type: "change",
  name: "",
  rules: [{ t: "set", p: "payload", pt: "msg", to: "tts", tot: "msg" }],
};

const AS_TEXT = { type: "json", name: "", property: "payload", action: "str", pretty: false };
const AS_OBJECT = { ...AS_TEXT, action: "obj" };

/** @param isText what follows takes text, and nothing else */
export function receivingFrom(
  node: FlowNode,
  { device, kinds }: Filter,
  around: Around,
  isText: boolean,
): Converted {
  const events = kinds.filter(isEventKind);
  const parts: readonly object[] = [
    ...(kinds.includes("uplink_message")
      ? [{ type: "tts-uplink", output: "message", emptyFrames: true }]
      : []),
    ...(kinds.includes("join_accept") ? [{ type: "tts-join" }] : []),
    ...(events.length > 0 ? [{ type: "tts-event", events }] : []),
  ];
  const placed = parts.map((part, index): FlowNode => {
    const place = index === 0 ? {} : below(node, around);
    return { ...head(node, "", around), ...part, devices: device, ...place };
  });
  const added: FlowNode[] = [];
  const add = (properties: object, next: readonly string[]): readonly string[] => {
    const one = between(node, around, { ...properties, wires: [next] });
    added.push(one);
    return [one.id];
  };
  const wires = wiresOf(node).flat();
  const exit = isText ? add(AS_TEXT, wires) : wires;
  const isWhole = kinds.every((kind) => kind === "uplink_message");
  const behind = isWhole ? exit : add(WHOLE, exit);
  const nodes = placed.map((one) => ({ ...one, wires: [one.type === "tts-uplink" ? exit : behind] }));
  return { nodes: [...nodes, ...added], notes: [], outputs: [exitsOf([...nodes, ...added])] };
}

/** The nodes from which wires lead out of what was made. */
function exitsOf(nodes: readonly FlowNode[]): readonly string[] {
  const own = new Set(nodes.map(({ id }) => id));
  return nodes
    .filter(
      (node) =>
        !wiresOf(node)
          .flat()
          .some((id) => own.has(id)),
    )
    .map(({ id }) => id);
}

/** Takes JSON text and objects alike, and gives out objects. */
export const objectMaker = (node: FlowNode, around: Around, next: string): FlowNode =>
  between(node, around, { ...AS_OBJECT, wires: [[next]] });

/** A node of core that belongs to one that was converted: in the same flow and group, disabled if it is. */
function between(node: FlowNode, around: Around, properties: object): FlowNode {
  const { z, g, d } = node;
  const belonging = Object.entries({ z, g, d }).filter(([, value]) => value !== undefined);
  const { x } = node;
  return {
    x,
    ...Object.fromEntries(belonging),
    ...properties,
    ...below(node, around),
  } as unknown as FlowNode;
}
