import type { ConnectionView } from "../../src/account/view";
import type { LogEntry, LogLevels } from "../../src/account/connectionLog";
import type { Node, NodeAPI, NodeMessage, NodeStatus } from "node-red";
import { asMessage, type WithUsers } from "../shared/red";
import { nodeStatus, StatusWriter, statusOf } from "../shared/status";
import { flowError, textOf } from "../shared/text";
import { ownStatusNodes, type Listeners } from "./listeners";
import type { ErrorNotice, Notice } from "../../src/account/notices";
import { logLevels } from "./logLevels";

function messageOf({ payload, topic }: ErrorNotice): NodeMessage {
  return asMessage({
    ...(payload === undefined ? {} : { payload }),
    ...(topic === undefined ? {} : { topic }),
  });
}

/** Notifies the flows: each Catch and Status node that listens to a user of the connection, once. */
export class Notifier {
  readonly #RED: NodeAPI;
  readonly #node: Node & WithUsers;
  readonly #listeners: Listeners;
  readonly #writer: StatusWriter;
  /** What each Status node got last. */
  #sent = new WeakMap<Node, string>();
  #shown = false;

  constructor(RED: NodeAPI, node: Node & WithUsers, listeners: Listeners) {
    this.#RED = RED;
    this.#node = node;
    this.#listeners = listeners;
    this.#writer = new StatusWriter((status) => this.#writeStatus(status));
  }

  get logLevels(): LogLevels {
    return logLevels(this.#RED);
  }

  /** Not more often than statuses may be written. */
  showStatus(view: ConnectionView): void {
    this.#writer.show(() => nodeStatus(this.#RED, statusOf(view)));
  }

  /** To Status nodes that have come since the last status, at once. */
  catchUp(view: ConnectionView): void {
    if (this.#shown) this.#spread(nodeStatus(this.#RED, statusOf(view)), (node) => !this.#sent.has(node));
  }

  /** No status any more, until there is a user again. */
  clear(): void {
    this.#writer.end();
    this.#sent = new WeakMap();
    this.#shown = false;
  }

  /** To those that it has not reached yet. */
  notify(notice: Notice): void {
    if (notice.notice === "warning") {
      this.#node.warn(textOf(this.#RED, notice.text));
      return;
    }
    const { reached } = notice;
    for (const catchNode of this.#listeners.catchNodes) {
      if (reached.nodes.has(catchNode)) continue;
      reached.nodes.add(catchNode);
      reached.anyone = true;
      catchNode.receive(this.#caught(notice));
    }
    const unplaced = this.#listeners.unplaced;
    if (Object.keys(unplaced).length === 0) return;
    reached.anyone = true;
    this.#node.users = unplaced;
    this.#node.error(flowError(this.#RED, notice.explanation), messageOf(notice));
  }

  /** What reaches no Catch node goes to the log. */
  log({ explanation, reached }: ErrorNotice): void {
    if (reached.anyone) return;
    reached.anyone = true;
    this.#node.error(flowError(this.#RED, explanation));
  }

  write(entry: LogEntry): void {
    if (entry.level === "info") this.#node.log(textOf(this.#RED, entry.text));
    else this.#node[entry.level](entry.line);
  }

  /** As Node-RED makes it for an error of a node. */
  #caught(notice: ErrorNotice): NodeMessage {
    const { id, type, name } = this.#node;
    const error = flowError(this.#RED, notice.explanation);
    const { code, cause } = error;
    return asMessage({
      ...this.#RED.util.cloneMessage(messageOf(notice)),
      error: { message: String(error), source: { id, type, name, count: 1 }, code, cause },
    });
  }

  #writeStatus(status: NodeStatus): void {
    this.#shown = true;
    this.#node.users = this.#listeners.unplaced;
    const own = ownStatusNodes(this.#node);
    const text = JSON.stringify(status);
    for (const node of own) this.#sent.set(node, text);
    this.#node.status(status);
    this.#spread(status, (node) => this.#sent.get(node) !== text);
  }

  #spread(status: NodeStatus, isMeant: (node: Node) => boolean): void {
    const { id, type, name } = this.#node;
    for (const node of this.#listeners.statusNodes) {
      if (!isMeant(node)) continue;
      this.#sent.set(node, JSON.stringify(status));
      node.receive(asMessage({ status: { ...status, source: { id, type, name } } }));
    }
  }
}
