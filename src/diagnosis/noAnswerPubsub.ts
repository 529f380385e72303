import type { Explanation } from "../stack/explanation";
import { explanations } from "./context";
import { isMute, type NoAnswerFacts, type PubsubEvidence } from "./noAnswerFacts";
import { shownList, shownText, shownTime } from "../stack/shown";

const notAccepted = explanations("not_accepted");
const unanswered = explanations("unanswered");

const MOST_SHOWN = 3;

/** The key that says that the stack does not listen for downlinks any more. */
export const UNHEARD = "error.not-accepted.pubsub-after-restart";

/**
 * The stack publishes again after its connection to the broker was cut, and subscribes to nothing. Rule: docs/server.md#10-pubsub, 4.
 * `undefined` where there is no sign of that.
 */
function afterRestart(
  { backSince, receivedSince, answeredSince }: PubsubEvidence,
  values: Explanation["values"],
): Explanation | undefined {
  if (backSince === undefined || !receivedSince || answeredSince) return undefined;
  return notAccepted(UNHEARD, { ...values, since: shownTime(backSince) });
}

/** There is no API to ask: the likeliest reason first, from what this side has seen. */
export function explainNoAnswerOnBroker(
  facts: NoAnswerFacts,
  evidence: PubsubEvidence,
  known: { readonly seen: boolean; readonly inBurst: boolean; readonly values: Explanation["values"] },
): Explanation | "queued" {
  const { applicationId, operation } = facts;
  const values: Explanation["values"] = { ...known.values, host: shownText(evidence.host) };
  // A clear is never answered: only what is known of others tells against it.
  if (operation === "clear")
    return evidence.knownUnheard ? (afterRestart(evidence, values) ?? "queued") : "queued";
  // The broker keeps the answer for us, but that is too long to wait.
  if (!evidence.connected) return unanswered("error.not-accepted.pubsub-disconnected", values);
  if (facts.pubackMs === undefined) return notAccepted("error.not-accepted.pubsub-no-puback", values);
  if (known.inBurst) return notAccepted("error.not-accepted.burst", values);
  const restarted = afterRestart(evidence, values);
  if (restarted) return restarted;
  if (isMute(facts)) return notAccepted("error.not-accepted.pubsub-silent", values);
  const others = [...evidence.applicationsSeen];
  if (!facts.anyAnswered && others.length > 0 && !others.includes(applicationId))
    return notAccepted("error.not-accepted.pubsub-other-application", {
      ...values,
      others: shownList(others, MOST_SHOWN),
    });
  // Another application on this broker may have a device of the same name.
  const isKnown = facts.deviceAnswered || (known.seen && others.every((one) => one === applicationId));
  if (facts.anyAnswered && !known.seen && !facts.deviceAnswered) {
    if (values.nearest !== "") return notAccepted("error.not-accepted.likely-no-device-nearest", values);
    return facts.encoding === "decoded"
      ? notAccepted("error.not-accepted.likely-device-or-encoder", values)
      : notAccepted("error.not-accepted.likely-no-device", values);
  }
  if (!evidence.hearsFailures)
    return isKnown
      ? notAccepted("error.not-accepted.pubsub-no-failures-known", values)
      : notAccepted("error.not-accepted.pubsub-no-failures", values);
  if (!facts.anyAnswered)
    return isKnown
      ? notAccepted("error.not-accepted.pubsub-never-answered-known", values)
      : notAccepted("error.not-accepted.pubsub-never-answered", values);
  if (facts.encoding === "decoded") return notAccepted("error.not-accepted.likely-encoder", values);
  return isKnown
    ? notAccepted("error.not-accepted.pubsub-unknown-known", values)
    : notAccepted("error.not-accepted.pubsub-unknown", values);
}
