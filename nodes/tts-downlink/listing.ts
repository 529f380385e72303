import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from "node-red";
import type { QueueView } from "../../src/delivery/contract";
import { guardedCall } from "../shared/guardedCall";
import { asMessage, type Done } from "../shared/red";
import { flowError } from "../shared/text";
import type { Sender } from "../tts-connection/connection";
import { withField } from "./complete";
import type { DownlinkStatus } from "./status";

/** The message that asks for a queue, and how the flow goes on from it. */
export interface ListRequest {
  readonly deviceId: string;
  readonly msg: NodeMessageInFlow;
  readonly send: (msg: NodeMessage) => void;
  readonly done: Done;
}

const viewOf = (deviceId: string): QueueView => ({
  state: "listed",
  deviceId,
  operation: "list",
  correlationIds: [],
  steps: [{ state: "listed", at: Date.now() }],
});

/** Sends the message on with what waits in the queue of a device, as the stack has it. Never rejects. */
export async function listQueue(
  RED: NodeAPI,
  node: Node,
  sender: Sender,
  status: DownlinkStatus,
  { deviceId, msg, send, done }: ListRequest,
): Promise<void> {
  const answer = await sender.list(deviceId);
  if (!answer.ok) {
    status.failure(answer.explanation, deviceId);
    done(flowError(RED, answer.explanation));
    return;
  }
  const { downlinks } = answer;
  status.listed(deviceId, downlinks.length);
  const downlink = viewOf(deviceId);
  guardedCall(node, () =>
    send(asMessage(Object.assign({ downlink }, msg, { payload: [...downlinks], downlink }))),
  );
  withField(msg, "downlink", downlink, done);
}
