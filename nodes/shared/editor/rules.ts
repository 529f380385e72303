/** What may stand in the fields of the forms. Pure: tests run it without a browser. */
import { takeApart, webSocketScheme } from "../../../src/stack/address";
import { readApiAddress, type ApiProblem } from "../../../src/stack/apiAddress";
import { environmentVariable } from "../../../src/stack/environment";
import type { TextValues } from "../../../src/stack/explanation";
import { isEventKind } from "../../../src/stack/event";
import { asTrueOrFalse, asWords } from "../../../src/stack/values";
import { LONGEST_LIST, parseDevicePattern, parsePorts, type FilterProblem } from "../../../src/stack/filters";
import {
  isEui,
  isIdentifier,
  isV2Identifier,
  splitApplication,
  type IdentifierForm,
} from "../../../src/stack/identifiers";
import { readProxySetting, type ProxyProblem } from "../../../src/stack/proxyAddress";
import { LIMITS, wholeNumber, type Limits } from "../../../src/stack/limits";
import { readPubsubTopics, type PubsubTopicsProblem } from "../../../src/stack/pubsubTopics";

/** Why a value is invalid: a key of `tts-connection`'s catalogue, and what the text names. */
export interface Reason {
  readonly key: string;
  readonly values?: TextValues;
}

/** The value of another property of the same node. */
export type Others = (property: string) => string;

/** Gives the reason why a value is invalid, `undefined` for a valid one. */
export type Rule = (value: string, others?: Others) => Reason | undefined;

/** A whole value from the environment: what it will be is not known here. */
export const isEnvironmentVariable = (value: string): boolean => environmentVariable(value) !== undefined;

export const anyText: Rule = () => undefined;

const required =
  (key: string): Rule =>
  (value) =>
    value.trim() === "" ? { key } : undefined;

const optional =
  (rule: Rule): Rule =>
  (value, others) =>
    value.trim() === "" ? undefined : rule(value.trim(), others);

const withinLimits =
  (key: string, { least, most }: Limits): Rule =>
  (value) =>
    wholeNumber(value, { least, most }) === undefined ? { key, values: { least, most } } : undefined;

const between = (limits: Limits): Rule => withinLimits("validation.between", limits);

const betweenOrEmpty = (limits: Limits): Rule =>
  optional(withinLimits("validation.between-or-empty", limits));

/** One of a few words: the list of the form has no others, a flow may. */
export const oneOf =
  (words: readonly string[]): Rule =>
  (value) =>
    words.includes(value) ? undefined : { key: "validation.choice", values: { words: words.join(", ") } };

/** Of TLS; a scheme in the host decides before it. */
export const encryption: Rule = (value, others) =>
  takeApart(others?.("host") ?? "").tls !== undefined || asTrueOrFalse(value) !== undefined
    ? undefined
    : { key: "validation.flag" };

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
  (webSocketScheme(value) === undefined ? undefined : { key: "validation.websocket" }) ??
  (takeApart(value).host === undefined ? { key: "validation.host" } : undefined);

export const port: Rule = betweenOrEmpty(LIMITS.port);

/** Who signs in may stand before the host, as in a URL; of a variable that is not known. */
function isInHost(part: "applicationId" | "userName", others: Others = () => ""): boolean {
  const given = others("host");
  return isEnvironmentVariable(given) || takeApart(given)[part] !== undefined;
}

const PROXY_REASONS: Readonly<Record<ProxyProblem, string>> = {
  form: "validation.proxy",
  scheme: "validation.proxy-scheme",
  user: "validation.proxy-user",
};

/** Through a proxy goes only what is encrypted. */
export const proxy: Rule = (value, others = () => "") => {
  const read = readProxySetting(value);
  if (!read.ok) return { key: PROXY_REASONS[read.problem] };
  const { tls } = takeApart(others("host"));
  const isEncrypted = tls ?? others("useTls") !== "false";
  return read.use === "proxy" && !isEncrypted ? { key: "validation.proxy-unencrypted" } : undefined;
};

/** An application ID of the stack, also with the tenant behind it as in a pasted user name. */
export const applicationId: Rule = (value, others) => {
  const parts = splitApplication(value.trim());
  if (parts.applicationId === "")
    return isInHost("applicationId", others) ? undefined : { key: "validation.application-id-required" };
  return identifier(parts.applicationId) ?? optional(identifier)(parts.tenantId ?? "");
};

/** Of an application ID with the tenant behind it only the ID counts on one's own broker. */
export const optionalApplicationId: Rule = optional((value) =>
  identifier(splitApplication(value).applicationId),
);

export const v2ApplicationId: Rule = (value, others) => {
  if (value.trim() === "" && isInHost("userName", others)) return undefined;
  return (
    required("validation.application-id-required")(value) ??
    (isV2Identifier(value.trim()) ? undefined : { key: "validation.v2-identifier" })
  );
};

/** The one behind the application ID counts, where there is one. */
export const tenantId: Rule = (value, others = () => "") =>
  splitApplication(others("applicationId")).tenantId === undefined ? optional(identifier)(value) : undefined;

/** Pub/Sub: a broker looks at a password only together with a user name. */
export const userName: Rule = (value, others = () => "") =>
  value.trim() === "" && others("password") !== "" && !isInHost("userName", others)
    ? { key: "validation.user-name-required" }
    : undefined;

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

export const keepalive: Rule = between(LIMITS.keepalive);

export const downlinksPerMinute: Rule = betweenOrEmpty(LIMITS.downlinksPerMinute);

export const holdMax: Rule = between(LIMITS.holdMax);

export const holdFor: Rule = between(LIMITS.holdFor);

export const qos: Rule = between(LIMITS.qos);

export const timeout: Rule = between(LIMITS.timeout);

export const topicPart: Rule = (value) => (noTopicLevels(value) ? undefined : { key: "validation.topic" });

export const sharedGroup: Rule = (value) =>
  /[/+#\0]/.test(value) ? { key: "validation.shared-group" } : undefined;

/** A comma-separated list of device IDs with `*`, of the form that the connection's devices have; empty for all devices. */
export const devicesOf =
  (form: IdentifierForm): Rule =>
  (value) => {
    const pattern = parseDevicePattern(value, form);
    return pattern.ok ? undefined : ofDevicesProblem(pattern.problem, form);
  };

function ofDevicesProblem({ part, rule, near }: FilterProblem, form: IdentifierForm): Reason {
  if (rule === "too_long") return { key: "validation.too-long", values: { most: LONGEST_LIST.devices } };
  if (rule === "space") return { key: "validation.devices-space", values: { part } };
  if (near !== undefined && isEui(part)) return { key: "validation.devices-eui", values: { part, near } };
  if (near !== undefined) return { key: "validation.devices-near", values: { part, near } };
  if (rule === "character") return { key: "validation.devices-character", values: { part } };
  return form === "v2"
    ? { key: "validation.devices-never-v2", values: { part } }
    : { key: "validation.devices-never", values: { part } };
}

/** A list of FPorts and ranges; empty for all. */
export const ports: Rule = (value) => {
  const filter = parsePorts(value);
  if (filter.ok) return undefined;
  const { part, rule } = filter.problem;
  if (rule === "too_long") return { key: "validation.too-long", values: { most: LONGEST_LIST.ports } };
  return { key: PORTS_PROBLEM[rule] ?? "validation.ports", values: { part } };
};

const PORTS_PROBLEM: Partial<Record<FilterProblem["rule"], string>> = {
  reversed: "validation.ports-reversed",
  never: "validation.ports-never",
};

/**
 * Pub/Sub: message types and their sub topics; without any there is nothing to subscribe to, and some must not share one.
 * @param group the shared group; empty for none. What is wrong with it is said at its own field
 */
export const topics = (subTopics: unknown, group = ""): Reason | undefined => {
  const isKnown = !/[/+#\0]/.test(group) && !isEnvironmentVariable(group);
  const read = readPubsubTopics("", withoutVariables(subTopics), isKnown ? group.trim() : "");
  return read.ok ? undefined : TOPICS_REASONS[read.problem.problem];
};

/** What a variable will be is not known: it stands for a topic of its own, whatever its name. */
function withoutVariables(subTopics: unknown): unknown {
  if (typeof subTopics !== "object" || subTopics === null || Array.isArray(subTopics)) return subTopics;
  const entries = Object.entries(subTopics).map(([type, topic]: [string, unknown]) => [
    type,
    typeof topic === "string" && isEnvironmentVariable(topic)
      ? topic.replace(/[+#\0]/g, "-").slice(0, 100)
      : topic,
  ]);
  return Object.fromEntries(entries);
}

const TOPICS_REASONS: Readonly<Record<PubsubTopicsProblem["problem"], Reason>> = {
  none: { key: "validation.topics-required" },
  not_an_object: { key: "validation.topics-required" },
  not_text: { key: "validation.topic" },
  wildcard: { key: "validation.topic" },
  too_long: { key: "validation.topic" },
  shared_with_downlinks: { key: "validation.topic-of-downlinks" },
  group_form: { key: "validation.shared-group" },
  group_splits_answers: { key: "validation.topic-splits-answers" },
};

export const events = (value: unknown): Reason | undefined =>
  value === undefined || asWords(value).some((event) => isEventKind(event) || isEnvironmentVariable(event))
    ? undefined
    : { key: "validation.events-required" };
