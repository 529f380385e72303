/** What may stand in the fields of the forms. Pure: tests run it without a browser. */
import { takeApart } from "../../../src/stack/address";
import { readApiAddress, type ApiProblem } from "../../../src/stack/apiAddress";
import { LONGEST_LIST, parseDevicePattern, parsePorts } from "../../../src/stack/filters";
import { isEui, isIdentifier, isV2Identifier, splitApplication } from "../../../src/stack/identifiers";
import { readPubsubTopics, type PubsubTopicsProblem } from "../../../src/stack/pubsubTopics";

/** Why a value is invalid: a key of `tts-connection`'s catalogue, and what the text names. */
export interface Reason {
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** Gives the reason why a value is invalid, `undefined` for a valid one. */
export type Rule = (value: string) => Reason | undefined;

/** A whole value from the environment: what it will be is not known here. */
export const isEnvironmentVariable = (value: string): boolean =>
  /^\$(?:\{[a-zA-Z_]\w*\}|\([a-zA-Z_]\w*\))$/.test(value);

const required =
  (key: string): Rule =>
  (value) =>
    value.trim() === "" ? { key } : undefined;

const optional =
  (rule: Rule): Rule =>
  (value) =>
    value.trim() === "" ? undefined : rule(value.trim());

const wholeNumber =
  (key: string, least: number, most: number): Rule =>
  (value) =>
    /^\d{1,15}$/.test(value.trim()) && Number(value) >= least && Number(value) <= most
      ? undefined
      : { key, values: { least, most } };

/** The ID that was meant, where it can be told: `My_App` was `my-app`. */
function nearestIdentifier(text: string): string | undefined {
  const near = text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return isIdentifier(near) ? near : undefined;
}

const identifier: Rule = (value) => {
  if (isIdentifier(value)) return undefined;
  const near = nearestIdentifier(value);
  return near === undefined || near === value
    ? { key: "validation.identifier" }
    : { key: "validation.identifier-near", values: { near } };
};

const noTopicLevels = (value: string): boolean => !/[+#\0]/.test(value) && value.length <= 100;

export const host: Rule = (value) =>
  required("validation.host-required")(value) ??
  (takeApart(value).host === undefined ? { key: "validation.host" } : undefined);

export const port: Rule = optional(wholeNumber("validation.port", 1, 65_535));

/** An application ID of the stack, also with the tenant behind it as in a pasted user name. */
export const applicationId: Rule = (value) => {
  const missing = required("validation.application-id-required")(value);
  if (missing) return missing;
  const parts = splitApplication(value.trim());
  return identifier(parts.applicationId) ?? tenantId(parts.tenantId ?? "");
};

export const optionalApplicationId: Rule = optional(applicationId);

export const v2ApplicationId: Rule = (value) =>
  required("validation.application-id-required")(value) ??
  (isV2Identifier(value.trim()) ? undefined : { key: "validation.v2-identifier" });

export const tenantId: Rule = optional(identifier);

export const apiKey: Rule = required("validation.api-key-required");

export const accessKey: Rule = required("validation.access-key-required");

const API_PROBLEMS: Readonly<Record<ApiProblem, string>> = {
  form: "validation.api",
  user: "validation.api-user",
  unencrypted: "validation.api-unencrypted",
};

/** The stack's HTTP API: empty, `off` or a URL. */
export const api: Rule = optional((value) => {
  const address = readApiAddress(value, "");
  return address.ok ? undefined : { key: API_PROBLEMS[address.problem] };
});

/** Seconds. With 0 the server would drop the session after an hour. */
export const keepalive: Rule = wholeNumber("validation.between", 5, 300);

export const downlinksPerMinute: Rule = optional(
  wholeNumber("validation.per-minute", 1, Number.MAX_SAFE_INTEGER),
);

export const holdMax: Rule = wholeNumber("validation.count", 0, Number.MAX_SAFE_INTEGER);

export const holdFor: Rule = wholeNumber("validation.count", 0, Number.MAX_SAFE_INTEGER);

/** Seconds from publishing to the first answer; 0 for no limit. */
export const timeout: Rule = wholeNumber("validation.between", 0, 86_400);

export const topicPart: Rule = (value) => (noTopicLevels(value) ? undefined : { key: "validation.topic" });

export const sharedGroup: Rule = (value) =>
  /[/+#\0]/.test(value) ? { key: "validation.shared-group" } : undefined;

/** A comma-separated list of device IDs with `*`; empty for all devices. */
export const devices: Rule = (value) => {
  const pattern = parseDevicePattern(value);
  if (!pattern.ok) {
    const { part, rule } = pattern.problem;
    if (rule === "too_long") return { key: "validation.too-long", values: { most: LONGEST_LIST.devices } };
    return {
      key: rule === "space" ? "validation.devices-space" : "validation.devices-character",
      values: { part },
    };
  }
  // A device ID has no capitals: this can only be an EUI.
  const eui = pattern.exact?.find((item) => isEui(item) && item !== item.toLowerCase());
  return eui === undefined ? undefined : { key: "validation.devices-eui", values: { part: eui } };
};

/** A list of FPorts and ranges; empty for all. */
export const ports: Rule = (value) => {
  const filter = parsePorts(value);
  if (filter.ok) return undefined;
  const { part, rule } = filter.problem;
  if (rule === "too_long") return { key: "validation.too-long", values: { most: LONGEST_LIST.ports } };
  return {
    key: rule === "reversed" ? "validation.ports-reversed" : "validation.ports",
    values: { part },
  };
};

/**
 * Pub/Sub: message types and their sub topics; without any there is nothing to subscribe to, and some must not share one.
 * @param group the shared group; empty for none
 */
export const topics = (topicOf: Readonly<Record<string, string>>, group = ""): Reason | undefined => {
  const subTopics = Object.values(topicOf);
  if (subTopics.length === 0) return { key: "validation.topics-required" };
  const wrong = subTopics.map(topicPart).find((reason) => reason !== undefined);
  if (wrong || subTopics.some(isEnvironmentVariable) || isEnvironmentVariable(group)) return wrong;
  const read = readPubsubTopics("", topicOf, group);
  return read.ok ? undefined : ofTopicsProblem(read.problem);
};

/** Those that no single field has. */
function ofTopicsProblem(problem: PubsubTopicsProblem): Reason | undefined {
  if (problem.problem === "none") return { key: "validation.topics-required" };
  if (problem.problem === "shared_with_downlinks") return { key: "validation.topic-of-downlinks" };
  return problem.problem === "group_splits_answers" ? { key: "validation.topic-splits-answers" } : undefined;
}

/** The list of events as it stands in a flow, or the default where there is none. */
export const readEvents = (value: unknown, fallback: readonly string[]): readonly string[] =>
  Array.isArray(value) ? value.filter((event): event is string => typeof event === "string") : fallback;

export const events = (value: unknown): Reason | undefined =>
  value === undefined || readEvents(value, []).length > 0 ? undefined : { key: "validation.events-required" };
