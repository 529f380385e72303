import type { ApplicationDownlink, Received, StackError } from "../stack/messages";

/** What the stack can say of a downlink. */
export type AnswerState = "queued" | "sent" | "ack" | "nack" | "failed" | "invalidated";

/** What one message says of one downlink. */
export interface Answer {
  readonly state: AnswerState;
  readonly deviceId: string;
  /** As the stack has it; empty where a message tells nothing of it. */
  readonly downlink: ApplicationDownlink;
  /** Correlation IDs in the order in which they are to be looked at: those of the downlink, those of the message. */
  readonly correlationIds: readonly (readonly string[])[];
  readonly error?: StackError;
}

/** What a message says of downlinks. Rule: docs/server.md#8-downlinks-what-is-told, 4. */
export function answersIn(received: Received): readonly Answer[] {
  const { message } = received;
  const { device_id: deviceId } = message.end_device_ids;
  const outer = message.correlation_ids ?? [];
  const about = (state: AnswerState, downlink: ApplicationDownlink, error?: StackError): Answer => ({
    state,
    deviceId,
    downlink,
    correlationIds: [downlink.correlation_ids ?? [], outer],
    ...(error === undefined ? {} : { error }),
  });
  switch (received.kind) {
    case "downlink_queued":
      return [about("queued", received.message.downlink_queued)];
    case "downlink_sent":
      return [about("sent", received.message.downlink_sent)];
    case "downlink_ack":
      return [about("ack", received.message.downlink_ack)];
    case "downlink_nack":
      return [about("nack", received.message.downlink_nack)];
    case "downlink_failed": {
      const { downlink, error } = received.message.downlink_failed;
      return [about("failed", downlink ?? {}, error ?? {})];
    }
    case "downlink_queue_invalidated":
      // Comes without any downlinks, too, when nothing was lost.
      return (received.message.downlink_queue_invalidated.downlinks ?? []).map((downlink) =>
        about("invalidated", downlink),
      );
    default:
      return [];
  }
}
