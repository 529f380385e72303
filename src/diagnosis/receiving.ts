import type { Service } from "../services/service";
import type { Text } from "../stack/explanation";
import type { KeyFacts } from "./keyFacts";
import { printable } from "./printable";

/**
 * The warning after a login with a key that may not read: the connection works and nothing will ever come. Where to click depends on
 * whose key it is.
 */
export function explainMissingRead(facts: KeyFacts, applicationId: string): Text {
  const values = {
    applicationId: printable(applicationId),
    keyName: printable(facts.keyName ?? "") || (facts.keyId ?? "?"),
    owner: facts.owner?.id ?? "",
  };
  if (facts.owner?.kind === "user") return { key: "warning.no-right-to-read.user-key", values };
  if (facts.owner?.kind === "organization")
    return { key: "warning.no-right-to-read.organization-key", values };
  return { key: "warning.no-right-to-read.application-key", values };
}

/** What is known when a connection has been quiet for an hour and nothing has ever come with this key. */
export interface SilenceFacts {
  readonly applicationId: string;
  /** Default: `stack`. */
  readonly service?: Service["name"];
  /** Of the key; absent where the API was not asked. */
  readonly key?: KeyFacts;
}

/** The warning after an hour of silence. */
export function explainSilence({ applicationId, service = "stack", key }: SilenceFacts): Text {
  const values = { applicationId: printable(applicationId) };
  if (service === "pubsub") return { key: "warning.silence.pubsub", values };
  if (service === "v2") return { key: "warning.silence.v2", values };
  if (key?.mayRead === true) return { key: "warning.silence.may-read", values };
  if (key?.mayRead === false) return explainMissingRead(key, applicationId);
  return { key: "warning.silence.unknown", values };
}
