import type { ConnectionView } from "../../src/account/view";
import type { Node, NodeAPI, NodeStatus } from "node-red";
import type { DownlinkState, DownlinkView, Failure } from "../../src/delivery/contract";
import { hintFor } from "../../src/diagnosis/reported";
import type { Text } from "../../src/stack/explanation";
import { statusOfError } from "../shared/errorStatus";
import { nodeStatus, statusOf, StatusWriter, withDevice, type StatusText } from "../shared/status";
import { textOf } from "../shared/text";

const OF_STATE: Record<DownlinkState, StatusText> = {
  held: { fill: "yellow", shape: "dot", key: "status.held" },
  published: { fill: "yellow", shape: "dot", key: "status.published" },
  queued: { fill: "green", shape: "dot", key: "status.queued" },
  sent: { fill: "green", shape: "dot", key: "status.sent" },
  ack: { fill: "green", shape: "dot", key: "status.ack" },
  nack: { fill: "yellow", shape: "dot", key: "status.nack" },
  failed: { fill: "red", shape: "dot", key: "status.failed" },
  invalidated: { fill: "red", shape: "dot", key: "status.invalidated" },
  unanswered: { fill: "yellow", shape: "dot", key: "status.unanswered" },
};

/** What became of the last downlink: the words, and the device where they do not name it. */
interface Shown {
  readonly status: StatusText;
  readonly deviceId?: string;
}

/** What the node says of why it failed: of what the stack reports, our own words where there are any. */
const causeOf = (failure: Pick<Failure, "key" | "values" | "stack">, deviceId: string): Text =>
  (failure.stack && hintFor(failure.stack, undefined, deviceId)) ?? failure;

/** The status of a downlink node: what became of its last downlink, or of the connection while that does not work. */
export class DownlinkStatus {
  readonly #RED: NodeAPI;
  readonly #writer: StatusWriter;
  #connection: ConnectionView = { state: "connecting" };
  #last: Shown | undefined;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#writer = new StatusWriter((next) => node.status(next));
  }

  connection(view: ConnectionView): void {
    this.#connection = view;
    this.#show();
  }

  step({ state, deviceId, error }: DownlinkView): void {
    const cause = state === "failed" && error ? hintFor(error, undefined, deviceId) : undefined;
    const words = cause && statusOfError(cause);
    this.#last = words ? { status: { ...OF_STATE[state], ...words } } : { status: OF_STATE[state], deviceId };
    this.#show();
  }

  /** The stack has no more to say of a clear: it is done with that one step. */
  cleared(deviceId: string): void {
    this.#last = { status: { ...OF_STATE.published, fill: "green" }, deviceId };
    this.#show();
  }

  /** A queue was read, and this number of downlinks waits in it. */
  listed(deviceId: string, number: number): void {
    this.#last = {
      status: { fill: "green", shape: "dot", key: "status.listed", values: { number } },
      deviceId,
    };
    this.#show();
  }

  /** @param deviceId empty where it is not known */
  failure(failure: Pick<Failure, "code" | "key" | "values" | "stack">, deviceId: string): void {
    const words = statusOfError(causeOf(failure, deviceId));
    // A connection that does not work says so itself.
    if (!words || failure.code === "not_configured") return;
    const fill = failure.code === "unanswered" ? "yellow" : "red";
    this.#last = { status: { fill, shape: "dot", ...words } };
    this.#show();
  }

  end(): void {
    this.#writer.end();
  }

  #show(): void {
    this.#writer.show(() => this.#now());
  }

  #now(): NodeStatus {
    const last = this.#last;
    if (this.#connection.state !== "connected" || !last)
      return nodeStatus(this.#RED, statusOf(this.#connection));
    if (last.deviceId === undefined) return nodeStatus(this.#RED, last.status);
    const word = textOf(this.#RED, { key: last.status.key, values: last.status.values ?? {} });
    return nodeStatus(this.#RED, last.status, withDevice(word, last.deviceId));
  }
}
