import type { NodeAPI } from "node-red";
import { hintFor } from "../../src/diagnosis/reported";
import type { ApplicationDownlink, StackError } from "../../src/stack/messages";
import { errorSentence } from "../../src/stack/stackError";
import { textOf } from "./text";

/** The stack's own sentence, and behind it ours where it helps. */
export function reasonOf(RED: NodeAPI, error: StackError, downlink?: ApplicationDownlink): string {
  const sentence = errorSentence(error);
  const hint = hintFor(error, downlink);
  if (!hint) return sentence;
  return `${/[.!?]$/.test(sentence) ? sentence : `${sentence}.`} ${textOf(RED, hint)}`;
}
