/** What a key lacks. Where to click depends on whose key it is. */
import type { Text } from "../stack/explanation";
import { shownText } from "../stack/shown";
import type { KeyFacts } from "./keyFacts";

/** The keys of a text for each kind of owner. */
export type OwnerTexts = Readonly<Record<"application" | "user" | "organization", string>>;

/** Of the ID of a key without a name: enough to find it in the Console, and the first sentence still says what is wrong. */
const LONGEST_ID = 8;

export const keyNameOf = ({ keyName = "", keyId = "?" }: KeyFacts): string =>
  shownText(keyName) || (keyId.length > LONGEST_ID ? `${keyId.slice(0, LONGEST_ID)}…` : keyId);

export function missingRight(texts: OwnerTexts, facts: KeyFacts, applicationId: string): Text {
  const kind = facts.owner?.kind;
  return {
    key: kind === "user" || kind === "organization" ? texts[kind] : texts.application,
    values: {
      applicationId: shownText(applicationId),
      keyName: keyNameOf(facts),
      owner: facts.owner?.id ?? "",
    },
  };
}

const WARNINGS: Readonly<Record<"read" | "write", OwnerTexts>> = {
  read: {
    application: "warning.no-right-to-read.application-key",
    user: "warning.no-right-to-read.user-key",
    organization: "warning.no-right-to-read.organization-key",
  },
  write: {
    application: "warning.no-right-to-write.application-key",
    user: "warning.no-right-to-write.user-key",
    organization: "warning.no-right-to-write.organization-key",
  },
};

/**
 * The warning after a login with a key that may not read, where nothing will ever come; or that may not send, where a node wants to:
 * the server drops every downlink silently.
 */
export const warnOfMissing = (right: "read" | "write", facts: KeyFacts, applicationId: string): Text =>
  missingRight(WARNINGS[right], facts, applicationId);
