/** Who gets text from an `mqtt in` that is set to give out text, and who takes an object as well. */
import { codeIn } from "../code";
import { nextOf, textIn, wiresOf, type FlowNode } from "../flow";
import { givesText } from "./reading";

/** Node types for which an object does as well as its text: what they show is easier to read. */
const TAKE_BOTH = ["debug"];

/** A function that looks what it has got before it parses it. */
const LOOKS = /typeof\s*\(?\s*msg\.payload\s*\)?\s*[!=]==?\s*["'](?:string|object)["']/;

/** What becomes of a node that gets an object instead of its text: it gives the same; it does once it is set so; it does not. */
type Verdict = "same" | "to be set" | "other";

/** Costs as much as there are wires, for all nodes together. */
export class TextReaders {
  readonly #nodes: ReadonlyMap<string, FlowNode>;
  /** For each node, those that lead to it. */
  readonly #sources = new Map<string, Set<string>>();
  readonly #verdicts = new Map<string, Verdict>();

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
   */
  toBeSet(node: FlowNode): readonly FlowNode[] | undefined {
    const next = wiresOf(node)
      .flat()
      .flatMap((id) => this.#nodes.get(id) ?? []);
    const verdicts = next.map((one) => this.#verdictOn(one));
    return verdicts.includes("other")
      ? undefined
      : next.filter((_, index) => verdicts[index] === "to be set");
  }

  #verdictOn(node: FlowNode): Verdict {
    const verdict = this.#verdicts.get(node.id) ?? this.#judge(node);
    this.#verdicts.set(node.id, verdict);
    return verdict;
  }

  #judge(node: FlowNode): Verdict {
    if (takesObjects(node)) return "same";
    const isParser = node.type === "json" && isOfPayload(node) && textIn(node, "action") === "";
    // Who gives it an object wants its text.
    return isParser && this.sourcesOf(node.id).every(givesText) ? "to be set" : "other";
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
