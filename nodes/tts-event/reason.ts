import type { NodeAPI } from "node-red";
import { networkReason } from "../../src/diagnosis/networkReasons";
import { hintFor, networkSays } from "../../src/diagnosis/reported";
import { errorOf, networkErrorOf } from "../../src/stack/event";
import { isNetworkKind } from "../../src/stack/kinds";
import type { ApplicationDownlink, Received, StackError } from "../../src/stack/messages";
import { errorSentence } from "../../src/stack/stackError";
import { asSentence, textOf } from "../shared/text";

/** What is wrong and what to do, in the language of the run time; undefined where a message says of nothing that it went wrong. */
export function reasonOf(RED: NodeAPI, received: Received, deviceId: string): string | undefined {
  const network = networkErrorOf(received);
  if (network && isNetworkKind(received.kind))
    return textOf(RED, networkReason(received.kind, network.data, deviceId));
  const error = errorOf(received);
  return error && withHint(RED, error, deviceId, downlinkOf(received));
}

/** Behind what is wrong in our words the stack's own sentence; that alone where we know no better. */
function withHint(
  RED: NodeAPI,
  error: StackError,
  deviceId: string,
  downlink: ApplicationDownlink | undefined,
): string {
  const hint = hintFor(error, downlink, deviceId);
  if (!hint) return errorSentence(error);
  return [hint, networkSays(error)].map((text) => asSentence(textOf(RED, text))).join(" ");
}

/** The downlink that a failure is about. */
function downlinkOf(received: Received): ApplicationDownlink | undefined {
  return received.kind === "downlink_failed" ? received.message.downlink_failed.downlink : undefined;
}
