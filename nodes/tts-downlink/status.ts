import type { Node, NodeAPI, NodeStatus } from "node-red";
import type { DownlinkState, DownlinkView } from "../../src/delivery/follow";
import type { ErrorCode } from "../../src/stack/explanation";
import {
  nodeStatus,
  statusOf,
  StatusWriter,
  withDevice,
  type ConnectionView,
  type StatusText,
} from "../shared/status";
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

/** Failures that no state tells. */
const OF_FAILURE: Partial<Record<ErrorCode, string>> = {
  invalid_downlink: "status.invalid-downlink",
  expired: "status.expired",
  not_accepted: "status.not-accepted",
  not_encoded: "status.not-encoded",
};

interface Shown {
  readonly status: StatusText;
  /** Empty: not known. */
  readonly deviceId: string;
}

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

  step({ state, deviceId }: DownlinkView): void {
    this.#last = { status: OF_STATE[state], deviceId };
    this.#show();
  }

  /** The stack has no more to say of a clear: it is done with that one step. */
  cleared(deviceId: string): void {
    this.#last = { status: { ...OF_STATE.published, fill: "green" }, deviceId };
    this.#show();
  }

  /** Of failures that a step tells, the step stays. */
  failure(code: ErrorCode, deviceId: string): void {
    const key = OF_FAILURE[code];
    if (key === undefined) return;
    this.#last = { status: { fill: "red", shape: "dot", key }, deviceId };
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
    const word = textOf(this.#RED, { key: last.status.key, values: {} });
    return nodeStatus(this.#RED, last.status, last.deviceId === "" ? word : withDevice(word, last.deviceId));
  }
}
