/** What is wrong on a V2 network. It has no API to ask: the likely reasons, in the words of V2. */
import type { Explanation, TextValues } from "../stack/explanation";
import { explanations, STACK_HOST, type ConnectionContext } from "./context";
import { shownTime } from "../stack/shown";

const failed = explanations("connection_failed");
const refused = explanations("connection_refused");
const notAccepted = explanations("not_accepted");

/** Those of the public network, which was switched off in December 2021. */
const PUBLIC = /(^|\.)thethings\.network$/i;

/** The host was one of the public network, which is gone; undefined: another one. */
export function publicV2Gone(host: string, values: TextValues): Explanation | undefined {
  return PUBLIC.test(host) && !STACK_HOST.test(host)
    ? failed("error.no-connection.public-v2", values)
    : undefined;
}

/** A refused login. What is entered as access key tells more than the server. */
export function explainV2Login(context: ConnectionContext, values: TextValues): Explanation {
  const { host, accessKeyForm: form, acceptedUntil } = context;
  if (STACK_HOST.test(host)) return refused("error.login-refused.v2-at-stack", values);
  if (form === "api_key") return refused("error.login-refused.v2-api-key", values);
  if (acceptedUntil !== undefined)
    return refused("error.login-refused.v2-accepted-before", {
      ...values,
      acceptedUntil: shownTime(acceptedUntil),
    });
  if (form !== undefined && form !== "access_key_v2")
    return refused("error.login-refused.v2-key-form", values);
  return refused("error.login-refused.v2", values);
}

/** What this side has seen around a downlink that V2 said nothing of. */
export interface V2Silence {
  /** Anything at all came on this connection. */
  readonly receivedAnything: boolean;
  /** And for so long that this tells something. */
  readonly mute: boolean;
  /** Something came from this device, or V2 took a downlink to it. */
  readonly deviceKnown: boolean;
  /** Some downlink was answered in this run. */
  readonly anyAnswered: boolean;
}

/** No answer to a downlink. V2 says nothing of a device that it does not have, nor of a key that may not send. */
export function explainV2Silence(seen: V2Silence, values: TextValues): Explanation {
  if (seen.mute) return notAccepted("error.not-accepted.v2-nothing-received", values);
  if (!seen.receivedAnything) return notAccepted("error.not-accepted.v2-rights", values);
  if (!seen.deviceKnown) {
    if (values.nearest !== "") return notAccepted("error.not-accepted.v2-no-device-nearest", values);
    return seen.anyAnswered
      ? notAccepted("error.not-accepted.v2-no-device", values)
      : notAccepted("error.not-accepted.v2-device-or-right", values);
  }
  if (!seen.anyAnswered) return notAccepted("error.not-accepted.v2-no-right", values);
  return notAccepted("error.not-accepted.v2-unknown", values);
}
