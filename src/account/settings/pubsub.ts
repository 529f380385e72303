import { pubsubService } from "../../services/pubsub";
import { apiKeyForm, isIdentifier, splitApplication } from "../../stack/identifiers";
import { LIMITS } from "../../stack/limits";
import { readPubsubTopics, type PubsubTopics, type PubsubTopicsProblem } from "../../stack/pubsubTopics";
import { asIs, asText, asWholeNumber } from "../../stack/values";
import type { ConnectionCredentials, ConnectionProperties } from "../../stack/connectionProperties";
import { readEndpoint, readSessionOptions, type ChosenTls, type CommonSettings } from "./common";
import type { Dialect } from "./dialect";
import { unreadable, unsetVariable, wrong, type Read, type Refusal } from "./read";

/** Everything a session to a broker needs that the stack's Pub/Sub integration publishes to, checked. */
export interface PubsubSettings extends CommonSettings {
  readonly service: "pubsub";
  /** Absent: no downlinks. */
  readonly applicationId?: string;
  readonly username?: string;
  /** Secret. */
  readonly password?: string;
  readonly topics: PubsubTopics;
  readonly qos: 0 | 1 | 2;
  readonly sharedGroup?: string;
}

function wrongTopics(problem: PubsubTopicsProblem): Refusal {
  switch (problem.problem) {
    case "none":
      return wrong("error.not-configured.topics-missing");
    case "not_an_object":
      return wrong("error.not-configured.topics-form");
    case "not_text":
      return wrong("error.not-configured.topic-form", { type: problem.type });
    case "wildcard":
      return wrong("error.not-configured.topic-wildcard", { topic: problem.topic });
    case "too_long":
      return wrong("error.not-configured.topic-too-long", { length: problem.length, most: problem.most });
    case "shared_with_downlinks":
      return wrong("error.not-configured.topic-of-downlinks", {
        topic: problem.topic,
        type: problem.type,
        other: problem.other,
      });
    case "group_form":
      return wrong("error.not-configured.shared-group", { group: problem.group });
    case "group_splits_answers":
      return wrong("error.not-configured.shared-group-answers", {
        topic: problem.topic,
        type: problem.type,
        answer: problem.answer,
      });
  }
}

const QOS = [0, 1, 2] as const;

/** Reads the properties of a connection to the user's own broker. */
function read(
  properties: ConnectionProperties,
  credentials: ConnectionCredentials,
  tls: ChosenTls,
): Read<PubsubSettings> {
  const { applicationId: application, baseTopic, topics, qos, sharedGroup } = properties;
  const { username, password } = credentials;
  const unset =
    unreadable({ applicationId: application, baseTopic, qos, sharedGroup, username, password }) ??
    unsetVariable(topics);
  if (unset) return unset;
  const endpoint = readEndpoint(properties, credentials, tls);
  if (!endpoint.ok) return endpoint;
  const { address, ...place } = endpoint.settings;

  // The stack's own broker would have `app1@ttn`; the body of a downlink names the application only.
  const { applicationId } = splitApplication(asText(application));
  // `@ttn` names no application, and nothing would say so.
  if (asText(application) !== "" && !isIdentifier(applicationId))
    return wrong("error.not-configured.application-id-form", { applicationId: asText(application) });
  const user = asText(username) || (address.userName ?? "");
  const secret = asIs(password);
  if (user === "" && secret !== "") return wrong("error.not-configured.user-name");
  const topicsRead = readPubsubTopics(baseTopic, topics, asText(sharedGroup));
  if (!topicsRead.ok) return wrongTopics(topicsRead.problem);
  const level = QOS[asWholeNumber(qos, LIMITS.qos) ?? -1];
  if (level === undefined) return wrong("error.not-configured.qos", { qos: asText(qos) });

  const options = readSessionOptions(properties);
  if (!options.ok) return options;
  const group = asText(sharedGroup);
  return {
    ok: true,
    settings: {
      service: "pubsub",
      ...place,
      ...options.settings,
      ...(applicationId === "" ? {} : { applicationId }),
      ...(user === "" ? {} : { username: user }),
      ...(secret === "" ? {} : { password: secret }),
      topics: topicsRead.topics,
      qos: level,
      ...(group === "" ? {} : { sharedGroup: group }),
    },
  };
}

export const pubsub: Dialect<PubsubSettings> = {
  read,
  service: pubsubService,
  account: ({ username, password, applicationId, topics, qos, sharedGroup }) => [
    ...[username, password, applicationId],
    ...[[...topics], qos, sharedGroup],
  ],
  withoutSecret: (settings) => ({ ...settings, password: "" }),
  context: ({ username, password = "", applicationId, clientId }) => ({
    userName: username ?? "",
    applicationId: applicationId ?? "",
    ...(apiKeyForm(password) === "api_key" ? { passwordIsApiKey: true } : {}),
    ...(clientId === undefined ? {} : { clientId }),
  }),
  limitedWith: ({ username }) => username,
  ofStackServer: () => undefined,
};
