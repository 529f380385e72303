import type { NodeAPI, NodeStatus } from "node-red";
import type { ConnectionView, Explained } from "../../src/account/view";
import type { ProblemName } from "../../src/connection/problem";
import type { Text, TextValues } from "../../src/stack/explanation";
import { shownText } from "../../src/stack/shown";
import { statusOfError } from "./errorStatus";
import { textOf } from "./text";

/** Fill, shape and text of a status before it is put into words. */
export interface StatusText {
  readonly fill: "red" | "yellow" | "green";
  readonly shape: "ring" | "dot";
  readonly key: string;
  readonly values?: TextValues;
}

/** Until it is known more exactly. */
const OF_PROBLEM: Record<ProblemName, string> = {
  host_not_found: "status.host-not-found",
  no_connection: "status.no-connection",
  proxy: "status.proxy",
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
      return { fill: "yellow", shape: "ring", ...causeOf(view, OF_PROBLEM[view.problem.problem]) };
    case "refused":
      return { fill: "red", shape: "ring", ...causeOf(view, OF_PROBLEM[view.problem.problem]) };
    case "not_configured":
      return { fill: "red", shape: "ring", ...causeOf(view, "status.not-configured") };
    case "no_stream":
      return { fill: "yellow", shape: "dot", key: "status.no-event-stream" };
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

const causeOf = ({ explanation }: Explained, fallback: string): Text =>
  (explanation && statusOfError(explanation)) ?? { key: fallback, values: {} };

const LONGEST_SHOWN = 500;

/** As much as Node-RED's own debug node shows. */
export const LONGEST = 32;
const SEPARATOR = " · ";

const lengthOf = (text: string): number => Array.from(text).length;

/** At most so many characters, cut in the middle: the ends of IDs tell more than their middles. */
export function shorten(text: string, longest = LONGEST): string {
  // A secret that was cut in its middle could not be told from an ID.
  const characters = Array.from(shownText(text, LONGEST_SHOWN));
  if (characters.length <= longest) return characters.join("");
  const head = Math.ceil((longest - 1) / 2);
  return [...characters.slice(0, head), "…", ...characters.slice(head + 1 - longest)].join("");
}

/** At most so many characters, cut at the end: of a number or a text the beginning counts. */
export function cut(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}

/** Less of a value than this says nothing. */
const SHORTEST = 5;

/** The text with as much of its longest value as there is room for. */
export function fitted(RED: NodeAPI, { key, values }: Text): string {
  const whole = textOf(RED, { key, values });
  const excess = lengthOf(whole) - LONGEST;
  if (excess <= 0) return whole;
  const [name, value] = Object.entries(values)
    .map(([each, given]) => [each, String(given)] as const)
    .filter(([, given]) => whole.includes(given))
    .reduce((longest, next) => (lengthOf(next[1]) > lengthOf(longest[1]) ? next : longest), ["", ""]);
  const room = Math.max(SHORTEST, lengthOf(value) - excess);
  return shorten(textOf(RED, { key, values: { ...values, [name]: shorten(value, room) } }));
}

/** The first of these lines that fits, its parts with dots between them; else the last one. */
export function lineOf(...lines: readonly (readonly string[])[]): string {
  const written = lines.map((parts) => parts.join(SEPARATOR));
  return written.find((line) => lengthOf(line) <= LONGEST) ?? written.at(-1) ?? "";
}

/** A status in the words of the runtime's language; `text` instead of the table's: what came last. */
export function nodeStatus(RED: NodeAPI, status: StatusText, text?: string): NodeStatus {
  const words = text ?? fitted(RED, { key: status.key, values: status.values ?? {} });
  return { fill: status.fill, shape: status.shape, text: shorten(words) };
}

/** A word, and behind it a device as far as there is room. */
export function withDevice(word: string, deviceId: string): string {
  const room = LONGEST - lengthOf(word + SEPARATOR);
  return `${word}${SEPARATOR}${shorten(deviceId, Math.max(SHORTEST, room))}`;
}

/** The time of day on this machine, as every language of these nodes writes it: `14:03`. */
export function clockOf(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
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
