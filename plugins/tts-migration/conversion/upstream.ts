/** What the flow before a node may put into its messages. Costs as much as there are wires, for all nodes together. */
import type { Encoding } from "../../../src/downlink/order";
import { nextOf, type FlowNode } from "./flow";
import { roleOf } from "./oldNodes";
import { encodingMadeBy } from "./payload";

/** Properties of messages that the old downlink node obeyed, and a value that means something. */
const WORDS = ["dev_id", "devId", "port", "confirmed", "schedule", "first"] as const;
type Word = (typeof WORDS)[number];

/** Which old nodes come before, and of which properties some node speaks: a function, a change node, a template. */
type Fact = "uplink" | "event" | Word;

const FACTS: readonly Fact[] = ["uplink", "event", ...WORDS];
const MENTIONED: ReadonlyMap<Word, RegExp> = new Map(
  WORDS.map((word) => [word, new RegExp(`\\b${word}\\b`)]),
);

const bitOf = (fact: Fact): number => 1 << FACTS.indexOf(fact);

function factsOf(node: FlowNode): number {
  const role = roleOf(node.type);
  if (role !== undefined) return role === "uplink" || role === "event" ? bitOf(role) : 0;
  const words = JSON.stringify(node);
  return WORDS.filter((word) => MENTIONED.get(word)?.test(words)).reduce(
    (bits, word) => bits | bitOf(word),
    0,
  );
}

export class Upstream {
  readonly #nodes: ReadonlyMap<string, FlowNode>;
  readonly #next = new Map<string, readonly string[]>();
  readonly #facts: ReadonlyMap<string, number>;
  readonly #encodings: ReadonlyMap<string, Encoding>;

  constructor(flow: readonly FlowNode[]) {
    this.#nodes = new Map(flow.map((node) => [node.id, node]));
    for (const node of this.#nodes.values()) this.#next.set(node.id, nextOf(node));
    this.#facts = this.#spreadFacts();
    this.#encodings = this.#spreadEncodings();
  }

  node(id: string): FlowNode | undefined {
    return this.#nodes.get(id);
  }

  /** Whether it holds for any node that a message may have come through on its way to this one. */
  has(id: string, fact: Fact): boolean {
    return ((this.#facts.get(id) ?? 0) & bitOf(fact)) !== 0;
  }

  /** What the nearest node before that makes anything of the payload makes of it. */
  encoding(id: string): Encoding | undefined {
    return this.#encodings.get(id);
  }

  /** Each node hands on what it has; it is looked at again only when it has got more. */
  #spreadFacts(): ReadonlyMap<string, number> {
    const own = new Map<string, number>();
    for (const node of this.#nodes.values()) own.set(node.id, factsOf(node));
    const before = new Map<string, number>();
    const waiting = [...this.#nodes.keys()];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const handedOn = (own.get(id) ?? 0) | (before.get(id) ?? 0);
      for (const next of this.#next.get(id) ?? []) {
        const known = before.get(next) ?? 0;
        if ((known | handedOn) === known) continue;
        before.set(next, known | handedOn);
        waiting.push(next);
      }
    }
    return before;
  }

  /** From all nodes that make something, one step at a time: what comes first is the nearest. */
  #spreadEncodings(): ReadonlyMap<string, Encoding> {
    const nearest = new Map<string, Encoding>();
    let edge: { readonly id: string; readonly encoding: Encoding }[] = [];
    for (const node of this.#nodes.values()) {
      const encoding = encodingMadeBy(node);
      if (encoding !== undefined) edge.push({ id: node.id, encoding });
    }
    while (edge.length > 0) {
      const further: typeof edge = [];
      for (const { id, encoding } of edge)
        for (const next of this.#next.get(id) ?? []) {
          if (nearest.has(next)) continue;
          nearest.set(next, encoding);
          further.push({ id: next, encoding });
        }
      edge = further;
    }
    return nearest;
  }
}
