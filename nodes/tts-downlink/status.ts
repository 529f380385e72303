import type { DownlinkState, DownlinkView } from "../../src/delivery/follow";
import type { StatusText } from "../shared/status";

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

/** What a downlink node shows of its last downlink. */
export function statusOfDownlink({ state, deviceId }: DownlinkView): StatusText {
  return { ...OF_STATE[state], values: { device: deviceId } };
}
