import type { Explanation } from "../stack/explanation";
import { nearestOf } from "../stack/nearest";
import { shownText } from "../stack/shown";
import { SERVICE_TRAITS } from "../stack/services";
import { explanations } from "./context";
import { keyFacts, type KeyFacts } from "./keyFacts";
import { keyNameOf, missingRight, type OwnerTexts } from "./missingRight";
import type { UnknownReason } from "./apiRequest";
import { isMute, type NoAnswerFacts } from "./noAnswerFacts";
import { explainNoAnswerOnBroker } from "./noAnswerPubsub";
import type { ApiAnswer, FactsApi } from "./stackApi";
import { explainV2Silence } from "./v2";

const notAccepted = explanations("not_accepted");

/** More items than this in ten seconds: the server loses answers. */
const BURST = 300;
const MOST_NEAREST = 3;
const TOO_MANY_REQUESTS = 429;
type Values = Explanation["values"];
type Queue = Awaited<ReturnType<FactsApi["downlinkQueue"]>>;

/** Something came from this device, or was queued for it. */
const isKnown = ({ deviceId, devicesSeen, deviceAnswered }: NoAnswerFacts): boolean =>
  deviceAnswered || [...devicesSeen].includes(deviceId);

/** There is no such device. */
export const isMissing = (answer: ApiAnswer<object>): boolean =>
  answer.answer === "refused" && answer.name === "device_not_found";

/** What depends on what was asked for, and not on the way to the API. */
const OF_QUESTION: ReadonlySet<UnknownReason> = new Set(["too_large", "not_understood", "other_cluster"]);

/** It answers nothing at present, whatever it is asked. */
export const isLater = (answer: ApiAnswer<object>): boolean =>
  answer.answer === "unknown"
    ? !OF_QUESTION.has(answer.why)
    : answer.answer === "refused" && answer.status === TOO_MANY_REQUESTS;

const isQueued = (queue: Queue, correlationId: string): boolean =>
  queue.answer === "ok" && queue.downlinks.some((item) => item.correlation_ids?.includes(correlationId));

const noDevice = (values: Values): Explanation =>
  notAccepted(
    values.nearest === "" ? "error.not-accepted.no-device" : "error.not-accepted.no-device-nearest",
    values,
  );

/** Which device, and which ones it may be mistaken for. */
function deviceValues({
  applicationId,
  deviceId,
  devicesSeen,
}: Pick<NoAnswerFacts, "applicationId" | "deviceId" | "devicesSeen">): Values & { nearest: string } {
  const devices = [...devicesSeen];
  const nearest = devices.includes(deviceId) ? [] : nearestOf(deviceId, devices, MOST_NEAREST);
  return {
    device: shownText(deviceId),
    applicationId: shownText(applicationId),
    nearest: nearest.map((id) => shownText(id)).join(", "),
  };
}

/** What the stack's API says; undefined where it says nothing that explains. `queued`: it is in the queue after all. */
async function fromApi(
  facts: NoAnswerFacts,
  values: Values,
  api: FactsApi,
): Promise<Explanation | "queued" | undefined> {
  const { applicationId, deviceId, correlationId } = facts;
  const [key, queue, push] = await Promise.all([
    keyFacts(api, applicationId),
    api.downlinkQueue(applicationId, deviceId),
    api.canPush(applicationId, deviceId),
  ]);
  // Of a key that is not valid any more the stack does not tell the name.
  const named = { ...values, keyName: keyNameOf(key.keyName === undefined ? (facts.key ?? key) : key) };
  if (facts.operation === "clear" && facts.key?.mayWrite === true) {
    // Rule: docs/server.md#2-connecting, 9. What was taken from the key since its login, this connection still has.
    if (key.valid === false) return undefined;
    if (key.mayWrite === false && queue.answer === "ok" && queue.downlinks.length === 0) return "queued";
  }
  if (key.valid === false)
    return isKnown(facts)
      ? notAccepted("error.not-accepted.key-invalid", named)
      : notAccepted("error.not-accepted.key-invalid-no-device", named);
  // Granted after the login, it counts from the next one on.
  if (key.mayWrite === false || facts.key?.mayWrite === false)
    return notAccepted("error.not-accepted.no-right-to-write", named);
  if (isMissing(queue) || isMissing(push)) return noDevice(named);
  if (push.answer === "refused" && push.name === "no_device_session" && facts.operation !== "clear")
    return notAccepted("error.not-accepted.no-session", named);
  if (isQueued(queue, correlationId)) return "queued";
  if (facts.operation === "clear") return undefined;
  if (key.mayRead === false) return notAccepted("error.not-accepted.no-right-to-read", named);
  if (queue.answer !== "ok" || push.answer !== "ok") return undefined;
  // Device and rights are as they should be: none of the guesses about them.
  return (
    fromTransport(facts, values) ??
    notAccepted(
      facts.encoding === "decoded" ? "error.not-accepted.encoder-failed" : "error.not-accepted.not-in-queue",
      named,
    )
  );
}

const MAY_NOT_SEND: OwnerTexts = {
  application: "error.not-accepted.may-not-send.application-key",
  user: "error.not-accepted.may-not-send.user-key",
  organization: "error.not-accepted.may-not-send.organization-key",
};

/** Why nothing is sent with a key that is known to lack the right. */
export function explainMayNotSend(facts: KeyFacts, applicationId: string, deviceId: string): Explanation {
  const { key, values } = missingRight(MAY_NOT_SEND, facts, applicationId);
  return notAccepted(key, { ...values, device: shownText(deviceId) });
}

/**
 * What is certain of a downlink that has had no answer a moment after it was acknowledged; undefined: nothing is yet. It is asked
 * only where the answer changes something: whether the device exists, and what is in its queue.
 */
export async function lookUpDownlink(
  facts: Pick<NoAnswerFacts, "applicationId" | "deviceId" | "correlationId" | "devicesSeen">,
  api: FactsApi,
): Promise<Explanation | "queued" | undefined> {
  const { applicationId, deviceId, correlationId } = facts;
  const [queue, push] = await Promise.all([
    api.downlinkQueue(applicationId, deviceId),
    api.canPush(applicationId, deviceId),
  ]);
  if (isMissing(queue) || isMissing(push)) return noDevice(deviceValues(facts));
  return isQueued(queue, correlationId) ? "queued" : undefined;
}

/**
 * The correlation IDs of all that is in the queue of a device. `unavailable` where the server cannot say at present, or was asked too
 * often; undefined where the API does not say.
 */
export async function queuedIds(
  applicationId: string,
  deviceId: string,
  api: Pick<FactsApi, "downlinkQueue">,
): Promise<ReadonlySet<string> | "no_device" | "unavailable" | undefined> {
  const queue = await api.downlinkQueue(applicationId, deviceId);
  if (queue.answer === "ok") return new Set(queue.downlinks.flatMap((item) => item.correlation_ids ?? []));
  if (isMissing(queue)) return "no_device";
  const isLater =
    queue.answer === "unknown" ? queue.why === "unavailable" : queue.status === TOO_MANY_REQUESTS;
  return isLater ? "unavailable" : undefined;
}

/** What the way there and back tells. */
function fromTransport(facts: NoAnswerFacts, values: Values): Explanation | undefined {
  if (facts.pubackMs === undefined) return notAccepted("error.not-accepted.no-puback", values);
  return facts.recentItems > BURST ? notAccepted("error.not-accepted.burst", values) : undefined;
}

/** A right that the key was lacking when it logged in. */
function fromLogin({ key, operation }: NoAnswerFacts, values: Values): Explanation | undefined {
  if (key === undefined) return undefined;
  const named = { ...values, keyName: keyNameOf(key) };
  if (key.mayWrite === false) return notAccepted("error.not-accepted.no-right-to-write", named);
  // What becomes of a clear is nothing to be read.
  return key.mayRead === false && operation !== "clear"
    ? notAccepted("error.not-accepted.no-right-to-read", named)
    : undefined;
}

/** The likeliest reason first, from what this side has seen. Rule: docs/server.md#7-downlinks-what-is-taken. */
function fromEvidence(facts: NoAnswerFacts, values: Values): Explanation {
  const transport = fromTransport(facts, values);
  if (transport) return transport;
  const { mayRead, mayWrite } = facts.key ?? {};
  const known = isKnown(facts);
  const decoded = facts.encoding === "decoded";
  if (isMute(facts) && mayRead !== true) return notAccepted("error.not-accepted.likely-no-read", values);
  if (!facts.receivedAnything && mayRead !== true)
    return decoded
      ? notAccepted("error.not-accepted.likely-rights-or-encoder", values)
      : notAccepted("error.not-accepted.likely-rights", values);
  return known
    ? ofKnownDevice(facts, decoded, mayWrite === true, values)
    : ofUnknownDevice(facts.anyAnswered, decoded, values);
}

function ofUnknownDevice(anyAnswered: boolean, decoded: boolean, values: Values): Explanation {
  if (!anyAnswered) {
    // Device and key are as likely as each other.
    if (values.nearest !== "") return notAccepted("error.not-accepted.unknown-nearest", values);
    return decoded
      ? notAccepted("error.not-accepted.unknown-encoder", values)
      : notAccepted("error.not-accepted.unknown", values);
  }
  if (values.nearest !== "") return notAccepted("error.not-accepted.likely-no-device-nearest", values);
  return decoded
    ? notAccepted("error.not-accepted.likely-device-or-encoder", values)
    : notAccepted("error.not-accepted.likely-no-device", values);
}

function ofKnownDevice(
  { anyAnswered, deviceAnswered }: NoAnswerFacts,
  decoded: boolean,
  mayWrite: boolean,
  values: Values,
): Explanation {
  const mayBeTheKey = !anyAnswered && !mayWrite;
  if (decoded)
    return mayBeTheKey
      ? notAccepted("error.not-accepted.likely-encoder-or-write", values)
      : notAccepted("error.not-accepted.likely-encoder", values);
  if (mayBeTheKey) return notAccepted("error.not-accepted.likely-no-write", values);
  // Neither device nor rights can be what is wrong.
  if (deviceAnswered) return notAccepted("error.not-accepted.likely-server", values);
  return notAccepted("error.not-accepted.unknown", values);
}

/**
 * Why a downlink got no answer: as a fact where the stack's API tells, else the likely reason. `queued` where the API has found it
 * in the device's queue. Never rejects, three seconds at most.
 */
export async function explainNoAnswer(
  facts: NoAnswerFacts,
  api: FactsApi | undefined,
): Promise<Explanation | "queued"> {
  const seen = [...facts.devicesSeen].includes(facts.deviceId);
  const values: Values = {
    ...deviceValues(facts),
    seconds: facts.waited,
    number: facts.recentItems,
    milliseconds: Math.round(facts.pubackMs ?? 0),
  };
  if (SERVICE_TRAITS[facts.service].generation === "v2") {
    const { receivedAnything, anyAnswered, deviceAnswered, pubackMs } = facts;
    const mute = isMute(facts);
    if (pubackMs === undefined) return notAccepted("error.not-accepted.no-puback", values);
    return explainV2Silence(
      { receivedAnything, mute, anyAnswered, deviceKnown: seen || deviceAnswered },
      values,
    );
  }
  const inBurst = facts.recentItems > BURST;
  if (facts.pubsub) return explainNoAnswerOnBroker(facts, facts.pubsub, { seen, inBurst, values });
  const fact = (api ? await fromApi(facts, values, api) : undefined) ?? fromLogin(facts, values);
  // A clear is never answered: without a fact nothing is wrong with it.
  if (facts.operation === "clear") return fact ?? "queued";
  return fact ?? fromEvidence(facts, values);
}
