import type { Node, NodeAPI, NodeMessage, NodeStatus } from "node-red";
import { asMessage, type WithUsers } from "../shared/red";
import { nodeStatus, StatusWriter, statusOf, type ConnectionView } from "../shared/status";
import { flowError, textOf } from "../shared/text";
import { ownStatusNodes, type Audience } from "./audience";
import type { Note } from "./diary";
import type { ErrorNews, News } from "./line";
import { logLevels, type LogLevels } from "./logLevels";

function messageOf({ payload, topic }: ErrorNews): NodeMessage {
  return asMessage({
    ...(payload === undefined ? {} : { payload }),
    ...(topic === undefined ? {} : { topic }),
  });
}

/** How the config node speaks to the flows: to each Catch and Status node that hears one of its users, once. */
export class Speaker {
  readonly #RED: NodeAPI;
  readonly #node: Node & WithUsers;
  readonly #audience: Audience;
  readonly #writer: StatusWriter;
  /** What each Status node was told last. */
  #told = new WeakMap<Node, string>();
  #shown = false;

  constructor(RED: NodeAPI, node: Node & WithUsers, audience: Audience) {
    this.#RED = RED;
    this.#node = node;
    this.#audience = audience;
    this.#writer = new StatusWriter((status) => this.#write(status));
  }

  get logLevels(): LogLevels {
    return logLevels(this.#RED);
  }

  /** Not more often than statuses may be written. */
  showStatus(view: ConnectionView): void {
    this.#writer.show(() => nodeStatus(this.#RED, statusOf(view)));
  }

  /** To Status nodes that have come since the last status, at once. */
  greet(view: ConnectionView): void {
    if (this.#shown) this.#spread(nodeStatus(this.#RED, statusOf(view)), (node) => !this.#told.has(node));
  }

  /** No status any more, until there is a user again. */
  silence(): void {
    this.#writer.end();
    this.#told = new WeakMap();
    this.#shown = false;
  }

  /** To those that have not heard it yet. */
  tell(news: News): void {
    if (news.news === "warning") {
      this.#node.warn(textOf(this.#RED, news.text));
      return;
    }
    const { told } = news;
    for (const catchNode of this.#audience.catchNodes) {
      if (told.nodes.has(catchNode)) continue;
      told.nodes.add(catchNode);
      told.anybody = true;
      catchNode.receive(this.#caught(news));
    }
    const unplaced = this.#audience.unplaced;
    if (Object.keys(unplaced).length === 0) return;
    told.anybody = true;
    this.#node.users = unplaced;
    this.#node.error(flowError(this.#RED, news.explanation), messageOf(news));
  }

  /** What nobody hears is for the log. */
  log({ explanation, told }: ErrorNews): void {
    if (told.anybody) return;
    told.anybody = true;
    this.#node.error(flowError(this.#RED, explanation));
  }

  note(note: Note): void {
    if (note.level === "info") this.#node.log(textOf(this.#RED, note.text));
    else this.#node[note.level](note.line);
  }

  /** As Node-RED makes it for an error of a node. */
  #caught(news: ErrorNews): NodeMessage {
    const { id, type, name } = this.#node;
    const error = flowError(this.#RED, news.explanation);
    const { code, cause } = error;
    return asMessage({
      ...this.#RED.util.cloneMessage(messageOf(news)),
      error: { message: String(error), source: { id, type, name, count: 1 }, code, cause },
    });
  }

  #write(status: NodeStatus): void {
    this.#shown = true;
    this.#node.users = this.#audience.unplaced;
    const own = ownStatusNodes(this.#node);
    const text = JSON.stringify(status);
    for (const node of own) this.#told.set(node, text);
    this.#node.status(status);
    this.#spread(status, (node) => this.#told.get(node) !== text);
  }

  #spread(status: NodeStatus, isMeant: (node: Node) => boolean): void {
    const { id, type, name } = this.#node;
    for (const node of this.#audience.statusNodes) {
      if (!isMeant(node)) continue;
      this.#told.set(node, JSON.stringify(status));
      node.receive(asMessage({ status: { ...status, source: { id, type, name } } }));
    }
  }
}
