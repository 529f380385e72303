import type { NodeAPI } from "node-red";
import { hintFor, networkSays } from "../../src/diagnosis/reported";
import type { ApplicationDownlink, StackError } from "../../src/stack/messages";
import { errorSentence } from "../../src/stack/stackError";
import { asSentence, textOf } from "../shared/text";

/** What is wrong and what to do, and behind it the stack's own sentence; that alone where we know no better. */
export function reasonOf(
  RED: NodeAPI,
  error: StackError,
  deviceId: string,
  downlink?: ApplicationDownlink,
): string {
  const hint = hintFor(error, downlink, deviceId);
  if (!hint) return errorSentence(error);
  return [hint, networkSays(error)].map((text) => asSentence(textOf(RED, text))).join(" ");
}
