import type { NodeAPI, NodeStatus } from "node-red";
import type { ProblemName } from "../../src/connection/problem";
import type { SessionState } from "../../src/connection/state";
import type { TextValues } from "../../src/stack/explanation";
import { shownText } from "../../src/stack/shown";
import { textOf } from "./text";

/** What a node can show of its connection: the state of the session, and what is known beyond it. */
export type ConnectionView =
  | SessionState
  | { readonly state: "not_configured" }
  /** Connected to a broker by which the stack publishes, but does not listen for downlinks. */
  | { readonly state: "not_heard" }
  /** Connected, but the API key may not do what the node is there for. */
  | { readonly state: "no_right"; readonly right: "read" | "write" };

/** Fill, shape and text of a status before it is put into words. */
export interface StatusText {
  readonly fill: "red" | "yellow" | "green";
  readonly shape: "ring" | "dot";
  readonly key: string;
  readonly values?: TextValues;
}

const OF_PROBLEM: Record<ProblemName, string> = {
  host_not_found: "status.host-not-found",
  no_connection: "status.no-connection",
  tls_mismatch: "status.tls-mismatch",
  certificate: "status.certificate",
  tls_failed: "status.tls-failed",
  no_answer: "status.no-answer",
  closed: "status.closed",
  protocol_refused: "status.protocol-refused",
  limit_reached: "status.limit-reached",
  login_refused: "status.login-refused",
  key_form: "status.key-form",
  topic_refused: "status.topic-refused",
  server_silent: "status.server-silent",
  connection_lost: "status.connection-lost",
  too_large: "status.too-large",
};

/** The one table of statuses for all nodes. */
export function statusOf(view: ConnectionView): StatusText {
  switch (view.state) {
    case "connecting":
      return { fill: "yellow", shape: "ring", key: "status.connecting" };
    case "connected":
      return { fill: "green", shape: "dot", key: "status.connected" };
    case "reconnecting":
      return { fill: "yellow", shape: "ring", key: OF_PROBLEM[view.problem.problem] };
    case "refused":
      return { fill: "red", shape: "ring", key: OF_PROBLEM[view.problem.problem] };
    case "not_configured":
      return { fill: "red", shape: "ring", key: "status.not-configured" };
    case "not_heard":
      return { fill: "yellow", shape: "dot", key: "status.not-heard" };
    case "no_right":
      return {
        fill: "yellow",
        shape: "dot",
        key: view.right === "read" ? "status.no-right-to-read" : "status.no-right-to-write",
      };
  }
}

const LONGEST = 20;
const LONGEST_SHOWN = 500;

/** At most twenty characters, cut in the middle: the ends of IDs tell more than their middles. */
export function shorten(text: string, longest = LONGEST): string {
  // A secret that was cut in its middle could not be told from an ID.
  const characters = Array.from(shownText(text, LONGEST_SHOWN));
  if (characters.length <= longest) return characters.join("");
  const head = Math.ceil((longest - 1) / 2);
  return [...characters.slice(0, head), "…", ...characters.slice(head + 1 - longest)].join("");
}

/** A status in the words of the runtime's language; `text` instead of the table's: what came last. */
export function nodeStatus(RED: NodeAPI, status: StatusText, text?: string): NodeStatus {
  const words = text ?? textOf(RED, { key: status.key, values: status.values ?? {} });
  return { fill: status.fill, shape: status.shape, text: shorten(words) };
}

/** A word, and behind it a device as far as there is room. */
export function withDevice(word: string, deviceId: string): string {
  const separator = " · ";
  return `${word}${separator}${shorten(deviceId, LONGEST - Array.from(word + separator).length)}`;
}

const PAUSE_MS = 500;

/** Writes a node's status at most twice a second; the last one wins. */
export class StatusWriter {
  readonly #write: (status: NodeStatus) => void;
  #next: (() => NodeStatus) | undefined;
  #shown = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (status: NodeStatus) => void) {
    this.#write = write;
  }

  /** The status is made when it is written: most of those on a busy node never are. */
  show(status: () => NodeStatus): void {
    this.#next = status;
    if (!this.#timer) this.#flush();
  }

  /** Writes nothing more, unless something is shown again. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#next = undefined;
    this.#shown = "";
  }

  #flush(): void {
    this.#timer = undefined;
    const next = this.#next?.();
    this.#next = undefined;
    if (!next) return;
    // Also after a status that is the same as before: a busy node would make it anew for every message.
    this.#timer = setTimeout(() => this.#flush(), PAUSE_MS);
    this.#timer.unref();
    const shown = JSON.stringify(next);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#write(next);
  }
}
