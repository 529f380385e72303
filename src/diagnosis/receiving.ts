import type { Text } from "../stack/explanation";
import { nearestOf } from "../stack/nearest";
import { SERVICE_TRAITS, type ServiceName } from "../stack/services";
import type { StreamProblem } from "./eventStream";
import type { KeyFacts } from "./keyFacts";
import { warnOfMissing } from "./missingRight";
import { shownText } from "../stack/shown";

/** What is known when a connection has been quiet for an hour and nothing has ever come with this key. */
export interface SilenceFacts {
  readonly applicationId: string;
  readonly service: ServiceName;
  /** Where it is set, what it shares out may never come: some brokers take such a filter for a topic like any other. */
  readonly sharedGroup?: string;
  /** Of the key; absent where the API was not asked. */
  readonly key?: KeyFacts;
}

/** The warning after an hour of silence. */
export function explainSilence({ applicationId, service, sharedGroup, key }: SilenceFacts): Text {
  const values = { applicationId: shownText(applicationId) };
  if (sharedGroup !== undefined)
    return { key: "warning.silence.shared", values: { group: shownText(sharedGroup) } };
  const { isStackServer, throughBroker } = SERVICE_TRAITS[service];
  if (!isStackServer) return { key: throughBroker ? "warning.silence.pubsub" : "warning.silence.v2", values };
  if (key?.mayRead === true) return { key: "warning.silence.may-read", values };
  if (key?.mayRead === false) return warnOfMissing("read", key, applicationId);
  return { key: "warning.silence.unknown", values };
}

const MOST_NAMED = 3;

/**
 * The warning of a node that waits for devices which its application does not have.
 * @param heard those that something came from
 */
export function explainMissingDevices(
  applicationId: string,
  deviceIds: readonly string[],
  heard: Iterable<string>,
): Text {
  const [first = "", ...others] = deviceIds;
  const application = shownText(applicationId);
  if (others.length > 0) {
    const named = deviceIds.slice(0, MOST_NAMED).map((id) => shownText(id));
    const devices = [...named, ...(deviceIds.length > MOST_NAMED ? ["…"] : [])].join(", ");
    return { key: "warning.no-devices", values: { devices, applicationId: application } };
  }
  const [nearest] = nearestOf(first, heard);
  const values = { device: shownText(first), applicationId: application };
  return nearest === undefined
    ? { key: "warning.no-device", values }
    : { key: "warning.no-device-nearest", values: { ...values, nearest: shownText(nearest) } };
}

/** The warning when messages come twice without a reconnect: another client publishes them twice. */
export function explainRepeated(host: string, topic: string, deviceId: string): Text {
  return {
    key: "warning.repeated",
    values: { host: shownText(host), topic: shownText(topic, 150), device: shownText(deviceId) },
  };
}

const NO_STREAM: Readonly<Record<StreamProblem, string>> = {
  not_there: "warning.no-event-stream.not-there",
  key_refused: "warning.no-event-stream.key",
  no_right: "warning.no-event-stream.key",
  too_many: "warning.no-event-stream.too-many",
  unreachable: "warning.no-event-stream.unreachable",
  not_understood: "warning.no-event-stream.not-understood",
};

/** The warning of a node that waits for what only the stack's event stream tells, where that cannot be had. */
export const explainNoStream = (problem: StreamProblem): Text => ({ key: NO_STREAM[problem], values: {} });
