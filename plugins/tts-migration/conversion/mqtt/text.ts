/** Who gets text from an `mqtt in` that is set to give out text, and who takes an object as well. */
import { codeIn } from "../code";
import { nextOf, textIn, wiresOf, type FlowNode } from "../flow";

/** Node types for which an object does as well as its text: what they show is easier to read. */
const TAKE_BOTH = ["debug"];

/** A function that looks what it has got before it parses it. */
const LOOKS = /typeof\s*\(?\s*msg\.payload\s*\)?\s*[!=]==?\s*["'](?:string|object)["']/;

export class TextReaders {
  readonly #nodes: ReadonlyMap<string, FlowNode>;
  /** For each node, those that lead to it. */
  readonly #sources = new Map<string, Set<string>>();

  constructor(flow: readonly FlowNode[]) {
    this.#nodes = new Map(flow.map((node) => [node.id, node]));
    for (const node of flow) {
      for (const id of [...nextOf(node), ...insideOf(node)]) {
        const known = this.#sources.get(id) ?? new Set();
        this.#sources.set(id, known.add(node.id));
      }
    }
  }

  /** The nodes that lead to a node. */
  sourcesOf(id: string): readonly FlowNode[] {
    return [...(this.#sources.get(id) ?? [])].flatMap((source) => this.#nodes.get(source) ?? []);
  }

  /**
   * The `json` nodes behind a node that have to be told to make an object always, so that all behind it gets what it got; `undefined`
   * if more than that would have to change.
   * @param isGiven for each node whether it gives out objects now and gave out their text before
   */
  toBeSet(node: FlowNode, isGiven: (source: FlowNode) => boolean): readonly FlowNode[] | undefined {
    const set: FlowNode[] = [];
    for (const next of wiresOf(node)
      .flat()
      .map((id) => this.#nodes.get(id))) {
      if (!next || takesObjects(next)) continue;
      const isParser = next.type === "json" && isOfPayload(next) && textIn(next, "action") === "";
      if (!isParser || !this.sourcesOf(next.id).every(isGiven)) return undefined;
      set.push(next);
    }
    return set;
  }
}

const isOfPayload = (node: FlowNode): boolean => ["", "payload"].includes(textIn(node, "property"));

function takesObjects(node: FlowNode): boolean {
  if (TAKE_BOTH.includes(node.type)) return true;
  if (node.type === "function") return LOOKS.test(codeIn(node, "func"));
  return node.type === "json" && isOfPayload(node) && textIn(node, "action") === "obj";
}

/** A subflow leads from its inputs to nodes in it. */
function insideOf(node: FlowNode): readonly string[] {
  if (node.type !== "subflow") return [];
  const ids = JSON.stringify(node.in ?? []).matchAll(/"id":"([^"\\]*)"/g);
  return [...ids].map(([, id = ""]) => id);
}
