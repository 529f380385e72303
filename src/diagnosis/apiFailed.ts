import type { Explanation } from "../stack/explanation";
import { errorSentence } from "../stack/stackError";
import { explanations } from "./context";
import { shownText } from "../stack/shown";
import type { ApiAnswer } from "./stackApi";
import type { UnknownReason } from "./apiRequest";

const apiFailed = explanations("api_failed");

/** An answer that is none. */
export type ApiFailure = Exclude<ApiAnswer<object>, { answer: "ok" }>;

/** What was asked, as far as a text names it. */
export interface ApiSubject {
  /** Where the API is. */
  readonly url: string;
  readonly applicationId: string;
  readonly deviceId: string;
}

const OF_SILENCE: Readonly<Record<UnknownReason, string>> = {
  timeout: "error.api-failed.timeout",
  unreachable: "error.api-failed.unreachable",
  not_asked: "error.api-failed.unreachable",
  redirect: "error.api-failed.not-understood",
  not_understood: "error.api-failed.not-understood",
  other_cluster: "error.api-failed.not-understood",
  too_large: "error.api-failed.too-large",
  unavailable: "error.api-failed.unavailable",
};

const OF_NAME: Readonly<Record<string, string>> = {
  api_key_not_found: "error.api-failed.key-invalid",
  invalid_authorization: "error.api-failed.key-invalid",
  api_key_expired: "error.api-failed.key-invalid",
  token: "error.api-failed.key-invalid",
  insufficient_application_rights: "error.api-failed.no-right",
  no_application_rights: "error.api-failed.no-rights-here",
  device_not_found: "error.api-failed.no-device",
};

/** The Console's words for the rights that are asked for. */
const RIGHTS: Readonly<Record<string, string>> = {
  RIGHT_APPLICATION_TRAFFIC_READ: "Read application traffic (uplink and downlink)",
  RIGHT_APPLICATION_DEVICES_READ: "View devices in application",
  RIGHT_APPLICATION_SETTINGS_BASIC: "Edit basic application settings",
};

const TOO_MANY_REQUESTS = 429;

function keyOf(failure: ApiFailure): string {
  if (failure.answer === "unknown") return OF_SILENCE[failure.why];
  if (failure.status === TOO_MANY_REQUESTS) return "error.api-failed.too-many";
  return OF_NAME[failure.name] ?? "error.api-failed.refused";
}

/** The right that the server says is missing, as the Console calls it. */
export function rightIn(failure: ApiFailure): string {
  const missing = failure.answer === "refused" ? failure.error.attributes?.missing : undefined;
  const rights: readonly unknown[] = Array.isArray(missing) ? missing : [];
  const name = rights.find((right) => typeof right === "string") ?? "RIGHT_APPLICATION_TRAFFIC_READ";
  return RIGHTS[name] ?? shownText(name);
}

/** Why the stack's HTTP API did not do what a flow or a form asked of it. */
export const explainApiFailure = (failure: ApiFailure, subject: ApiSubject): Explanation =>
  apiFailed(keyOf(failure), {
    address: shownText(subject.url),
    applicationId: shownText(subject.applicationId),
    device: shownText(subject.deviceId),
    right: rightIn(failure),
    sentence: failure.answer === "refused" ? errorSentence(failure.error) : "",
  });
