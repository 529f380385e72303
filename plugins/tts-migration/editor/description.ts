/** What was said about a conversion stays in the descriptions of the flows that it concerns. */
import type { Conversion, Note } from "../conversion/convert";
import type { Flow } from "../../../nodes/shared/editor/red";
import { byNode, lineOf, nameIn } from "./report";
import { text } from "./text";
import { flowOf, whileUnlocked } from "./unlocked";

/** Of a flow or subflow, as it was and as it becomes. */
export interface Description {
  readonly flow: Flow;
  readonly before: Written;
  readonly after: Written;
}

interface Written {
  readonly info: string | undefined;
  readonly changed: boolean | undefined;
}

/** What stands above it. */
const HEADINGS: Readonly<Record<Conversion["origin"], string>> = {
  ttn: "migration.description",
  mqtt: "migration.mqtt-description",
};

export function descriptionsOf({ origin, notes, replacements, added }: Conversion): readonly Description[] {
  const flows = new Map<string, string[]>();
  const say = (flow: unknown, node: string): void => {
    if (typeof flow !== "string" || flow === "") return;
    const nodes = flows.get(flow) ?? [];
    flows.set(flow, nodes);
    nodes.push(node);
  };
  const made = [...replacements.flatMap(({ nodes }) => nodes), ...added];
  for (const { id, z } of made) say(z, id);
  for (const { z, connection } of made) if (typeof connection === "string") say(z, connection);
  for (const { node } of notes) say(RED.nodes.node(node)?.z, node);
  const own = byNode(notes);
  return [...flows].flatMap(([id, nodes]) => {
    const flow = flowOf(id);
    const said = [...new Set(nodes)].flatMap((node) => itemOf(own.get(node)));
    if (!flow || said.length === 0) return [];
    const { info, changed } = flow;
    const heading = `## ${text(HEADINGS[origin])}`;
    const after = [...(info ? [info] : []), heading, said.join("\n")].join("\n\n");
    return [{ flow, before: { info, changed }, after: { info: after, changed: true } }];
  });
}

/** Markdown, with names and values of unknown origin as plain text. */
function itemOf(notes: readonly Note[] | undefined): readonly string[] {
  if (!notes) return [];
  return [`- **${plain(nameIn(notes))}**`, ...notes.map((note) => `  - ${plain(lineOf(note))}`)];
}

const plain = (words: string): string =>
  words
    .replace(/\s+/g, " ")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_{}[\]()#+!|~>]/g, "\\$&");

export function setDescription({ flow }: Description, written: Written): void {
  whileUnlocked(flow, () => Object.assign(flow, written));
  RED.events.emit(flow.type === "subflow" ? "subflows:change" : "flows:change", flow);
}
