import type { StackKind } from "../../src/stack/kinds";
import type { EndDeviceIds, JsonObject, StackError } from "../../src/stack/messages";
import { READ } from "../keys";
import { errorDetails } from "../stackErrors";
import { sortedIds, timestamp, ulid } from "../stamps";
import type { VersionTraits } from "../versions";

/** One event, as the stream has it in `result`. */
export interface StackEvent {
  readonly name: string;
  readonly time: string;
  readonly identifiers: readonly JsonObject[];
  readonly data?: JsonObject;
  readonly correlation_ids?: readonly string[];
  readonly origin: string;
  readonly visibility?: { readonly rights: readonly string[] };
  readonly unique_id: string;
}

interface EventParts {
  readonly identifiers: readonly JsonObject[];
  readonly data?: JsonObject | undefined;
  readonly correlationIds?: readonly string[];
  readonly rights?: readonly string[];
}

/** In the server's order of members; what is empty is left out. */
export function stackEvent(
  name: string,
  { identifiers, data, correlationIds, rights }: EventParts,
): StackEvent {
  return {
    name,
    time: timestamp(),
    identifiers,
    ...(data && { data }),
    ...(correlationIds?.length && { correlation_ids: sortedIds(correlationIds) }),
    origin: "stack",
    ...(rights && { visibility: { rights } }),
    unique_id: ulid(),
  };
}

/** As the data of an event. */
export const typed = (type: string, body: object): JsonObject => ({
  "@type": `type.googleapis.com/ttn.lorawan.v3.${type}`,
  ...body,
});

/** What is told when a message goes to the application. Seen: nothing for a `downlink_queued`. */
const FORWARDED: Readonly<Partial<Record<StackKind, string>>> = {
  uplink_message: "as.up.data.forward",
  uplink_normalized: "as.up.normalized.forward",
  join_accept: "as.up.join.forward",
  location_solved: "as.up.location.forward",
  service_data: "as.up.service.forward",
  downlink_sent: "as.down.data.sent.forward",
  downlink_ack: "as.down.data.ack.forward",
  downlink_nack: "as.down.data.nack.forward",
  downlink_failed: "as.down.data.failed.forward",
  downlink_queue_invalidated: "as.down.data.queue.invalidated.forward",
};

/** What the servers tell of their work on this application's devices. */
export class StackEvents {
  readonly #version: VersionTraits;
  readonly #deliver: (event: StackEvent, ids: EndDeviceIds) => void;

  constructor(version: VersionTraits, deliver: (event: StackEvent, ids: EndDeviceIds) => void) {
    this.#version = version;
    this.#deliver = deliver;
  }

  /** Publishes and returns the event. */
  publish(name: string, ids: EndDeviceIds, correlationIds: readonly string[], data?: JsonObject): StackEvent {
    const event = stackEvent(name, {
      identifiers: [{ device_ids: ids }],
      data,
      correlationIds,
      rights: [READ],
    });
    this.#deliver(event, ids);
    return event;
  }

  failed(name: string, ids: EndDeviceIds, correlationIds: readonly string[], error: StackError): StackEvent {
    return this.publish(name, ids, correlationIds, errorDetails(this.#version.told(error)));
  }

  /** This `ApplicationUp` goes to the application. */
  forwarded(
    kind: StackKind,
    ids: EndDeviceIds,
    correlationIds: readonly string[],
    message: JsonObject,
  ): void {
    const name = FORWARDED[kind];
    if (name !== undefined) this.publish(name, ids, correlationIds, typed("ApplicationUp", message));
  }
}
