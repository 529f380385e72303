import type { Kind } from "../../../src/stack/kinds";
import { commonOf, textIn, wiresOf, type FlowNode } from "./flow";
import { idFor, noteOn, type Converted, type Note, type Target } from "./note";
import { fits } from "./topicFilter";

/** What an old node is part of. */
export interface Surroundings {
  readonly connection: string;
  readonly target: Target;
  readonly newId: () => string;
  /** Takes the first free place on the canvas below a node. */
  readonly placeBelow: (node: FlowNode) => Readonly<Record<string, number>>;
}

/** The device that a node is for, `+` and nothing stood for all. */
function devicesOf(
  node: FlowNode,
  target: Target,
): { readonly devices: string; readonly notes: readonly Note[] } {
  const given = textIn(node, "dev_id") || textIn(node, "devId");
  if (given === "" || given === "+" || given === "#") return { devices: "", notes: [] };
  const devices = idFor(target, given);
  const notes =
    devices === given ? [] : [noteOn(node)("migration.device-renamed", { given, device: devices })];
  return { devices, notes };
}

/** What a node keeps of the one that it comes in place of, and its connection. */
export function head(
  node: FlowNode,
  type: string,
  { connection }: Pick<Surroundings, "connection">,
): FlowNode {
  return { ...commonOf(node), id: node.id, type, name: textIn(node, "name"), connection };
}

/** `gps/lat` was the topic of a field; `gps.lat` is where it stands. */
function fieldExpression(path: string): string {
  return path
    .split("/")
    .filter((step) => step !== "")
    .map((step, index) => {
      if (/^[A-Za-z_$][\w$]*$/.test(step)) return index === 0 ? step : `.${step}`;
      return index > 0 && /^\d{1,6}$/.test(step) ? `[${step}]` : `[${JSON.stringify(step)}]`;
    })
    .join("");
}

export function uplinkFrom(node: FlowNode, surroundings: Surroundings): Converted {
  const { devices, notes } = devicesOf(node, surroundings.target);
  const field = textIn(node, "field");
  const note = noteOn(node);
  const more: Note[] = [];
  const isPattern = /[+#]/.test(field);
  if (isPattern) more.push(note("migration.field-pattern", { field }));
  if (Object.hasOwn(node, "devId")) more.push(note("migration.dev-id"));
  const isField = field !== "" && !isPattern;
  const uplink: FlowNode = {
    ...head(node, "tts-uplink", surroundings),
    devices,
    // Of a field that was not in an uplink nothing came.
    ...(isField
      ? { output: "field", field: fieldExpression(field), missing: "skip" }
      : { output: "decoded" }),
    shape: "v2",
  };
  return { nodes: [uplink], notes: [...notes, ...more] };
}

/** A join node, for which the old one is or had a part. */
function joinFrom(
  node: FlowNode,
  surroundings: Surroundings,
  more: Readonly<Record<string, unknown>> = {},
): FlowNode {
  return {
    ...head(node, "tts-join", surroundings),
    devices: devicesOf(node, surroundings.target).devices,
    ...more,
  };
}

const NO_LONGER = ["create", "update", "delete"];
const ACTIVATIONS = "activations";

/** In the words of the API, of its first form, and of the SDK's documentation. */
const EVENTS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["down/scheduled", "downlink_queued"],
  ["down/sent", "downlink_sent"],
  ["down/acks", "downlink_ack"],
  ["ack", "downlink_ack"],
  ["down/errors", "downlink_failed"],
  ["up/errors", "uplink_error"],
  ["activations/errors", "join_error"],
]);

/** V2 told of a decoder that failed as of any other uplink that went wrong. */
function kindsOf(event: string, target: Target): readonly Kind[] {
  const kind = EVENTS.get(event);
  if (kind === undefined) return [];
  return kind === "uplink_error" && target !== "v2" ? [kind, "decoder_error"] : [kind];
}

const EVERY = [...EVENTS.keys(), ACTIVATIONS, ...NO_LONGER];

/** The events that an old filter took. */
function eventsTaken(filter: string): readonly string[] {
  const wanted = filter.replace(/^downlink\//, "down/").split("/");
  return EVERY.filter((event) => fits(wanted, event.split("/")));
}

/** Activations come from a node of their own; what an old node had of both becomes two nodes. */
export function eventFrom(node: FlowNode, surroundings: Surroundings): Converted {
  const note = noteOn(node);
  const filter = textIn(node, "event");
  const taken = eventsTaken(filter);
  const events = [...new Set(taken.flatMap((event) => kindsOf(event, surroundings.target)))];
  const { notes } = devicesOf(node, surroundings.target);
  const more: Note[] = [...notes];
  const gone = filter.includes("#") ? [] : NO_LONGER.filter((event) => taken.includes(event));
  if (gone.length > 0) more.push(note("migration.events-gone", { events: gone.join(", ") }));
  if (taken.length === 0) more.push(note("migration.event-unknown", { event: filter || "-" }));
  const hasJoins = taken.includes(ACTIVATIONS);
  if (hasJoins && events.length === 0)
    return { nodes: [joinFrom(node, surroundings)], notes: [...more, note("migration.join-message")] };

  const event: FlowNode = {
    ...head(node, "tts-event", surroundings),
    devices: devicesOf(node, surroundings.target).devices,
    events,
  };
  more.push(note("migration.event-message"));
  if (!hasJoins) return { nodes: [event], notes: more };
  const join = joinFrom(node, surroundings, below(node, surroundings));
  return {
    nodes: [event, join],
    notes: [...more, note("migration.joins-apart")],
    outputs: [[event.id, join.id]],
  };
}

export const below = (
  node: FlowNode,
  { newId, placeBelow }: Pick<Surroundings, "newId" | "placeBelow">,
): Record<string, unknown> => ({
  id: newId(),
  ...placeBelow(node),
});

/** Labels of outputs, where there are any. */
const labelled = (labels: readonly unknown[]): Record<string, unknown> =>
  labels.some((label) => typeof label === "string" && label !== "") ? { outputLabels: labels } : {};

/** The node of 0.x: uplinks on its first output, joins on its second. */
export function bothFrom(node: FlowNode, surroundings: Surroundings): Converted {
  const [uplinks = [], joins = []] = wiresOf(node);
  const labels: readonly unknown[] = Array.isArray(node.outputLabels) ? node.outputLabels : [];
  const plain = { ...node, outputLabels: undefined };
  const { nodes, notes } = uplinkFrom(
    { ...plain, ...labelled(labels.slice(0, 1)), wires: [uplinks] },
    surroundings,
  );
  const join = joinFrom(plain, surroundings, {
    ...labelled(labels.slice(1, 2)),
    ...below(node, surroundings),
    wires: [joins],
  });
  return {
    nodes: [...nodes, join],
    notes: [...notes, noteOn(node)("migration.first-version"), noteOn(node)("migration.joins-apart")],
    outputs: [nodes.map(({ id }) => id), [join.id]],
  };
}
