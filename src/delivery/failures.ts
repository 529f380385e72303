/** What a downlink node says when a downlink fails. Texts: the catalogue. */
import type { ErrorCode, Explanation, Text, TextValues } from "../stack/explanation";
import type { StackError } from "../stack/messages";
import { errorSentence } from "../stack/stackError";

/** Says it of a device. */
const failure =
  (code: ErrorCode, key: string) =>
  (deviceId: string, values: TextValues = {}): Explanation => ({
    code,
    key,
    values: { device: deviceId, ...values },
  });

export const notConnected = failure("not_connected", "error.not-connected.offline");

/** Values: `seconds` it was held. */
export const heldTooLong = failure("expired", "error.expired.held-too-long");
/** Values: `number` that may be held. */
export const pushedOut = failure("expired", "error.expired.pushed-out");
const obsoleteByReplace = failure("expired", "error.expired.replaced");
const obsoleteByClear = failure("expired", "error.expired.cleared");

export const connectionEnded = failure("unanswered", "error.unanswered.connection-ended");
/** The same on Pub/Sub: some brokers end the connection of a user who publishes what it may not. */
export const brokerEnded = failure("unanswered", "error.unanswered.broker-ended");
/** Published by an earlier process; by a broker or not, nothing came since. */
export const leftMeanwhile = failure("unanswered", "error.unanswered.left-meanwhile");
export const restarted = failure("unanswered", "error.unanswered.restarted");
/** While the connection was interrupted. */
export const leftUnheard = failure("unanswered", "error.unanswered.left-unheard");
/** It was sent before, and is to be acknowledged. */
export const acknowledgementUnheard = failure("unanswered", "error.unanswered.acknowledgement-unheard");
/** A later one was sent. */
export const overtaken = failure("unanswered", "error.unanswered.overtaken");
/** Others have emptied the queue, most likely. */
export const leftUnseen = failure("unanswered", "error.unanswered.left-unseen");
export const deviceGone = failure("unanswered", "error.unanswered.device-deleted");
/** Values: `hours`. */
export const neverEnded = failure("unanswered", "error.unanswered.never-ended");
/** Where no explanation was found. */
export const noExplanation = failure("not_accepted", "error.unanswered.no-explanation");

export const notEncoded = failure("not_encoded", "error.not-encoded.empty");

export const invalidated = failure("undelivered", "error.undelivered.invalidated");
const takenByReplace = failure("undelivered", "error.undelivered.replaced");
const takenByClear = failure("undelivered", "error.undelivered.cleared");
const gaveUp = failure("undelivered", "error.undelivered.max-retries");

const reported = failure("downlink_failed", "error.downlink-failed.reported");

/** A replace or clear came too late for a confirmed one, which the stack goes on sending. */
const about =
  (key: string) =>
  (deviceId: string): Text => ({ key, values: { device: deviceId } });
export const goesOn = {
  replace: about("warning.goes-on.replace"),
  clear: about("warning.goes-on.clear"),
} as const;
/** Two integrations take downlinks from the same topics. */
export const queuedTwice = about("warning.queued-twice");

/** Held here while a later replace or clear came. */
export const obsolete = { replace: obsoleteByReplace, clear: obsoleteByClear } as const;
/** Taken out of the stack's queue by a later replace or clear. */
export const taken = { replace: takenByReplace, clear: takenByClear } as const;

const MAX_RETRIES = "max_retries_reached";

/**
 * The stack reported the end of a downlink.
 * @param attempts how often it was sent
 */
export function reportedFailure(deviceId: string, error: StackError, attempts: number): Explanation {
  if (error.name === MAX_RETRIES) return { ...gaveUp(deviceId, { attempts }), stack: error };
  return { ...reported(deviceId, { sentence: errorSentence(error) }), stack: error };
}

/** What stands before the failure of the first one where several went together. */
export const severalFailed = (deviceId: string, failed: number, total: number): Text => ({
  key: "error.downlink-failed.several",
  values: { device: deviceId, failed, total },
});
