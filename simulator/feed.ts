import { TOPIC_OF_KIND } from "../src/stack/kinds";
import type { StackKind } from "../src/stack/kinds";
import type { EndDeviceIds, JsonObject } from "../src/stack/messages";
import type { Application } from "./application";
import type { StackEvents } from "./events/events";
import { sortedIds, timestamp } from "./stamps";

/** What stands around the body of a message. */
export interface Envelope {
  readonly end_device_ids: EndDeviceIds;
  readonly correlation_ids: readonly string[];
  readonly received_at?: string;
  readonly simulated?: true;
}

const HTML: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** Go's JSON: escapes what HTML could stumble over. */
function goJson(value: object): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (letter) => HTML[letter] ?? letter);
}

/** The Application Server's upstream: makes `ApplicationUp` messages and hands them to the sessions. */
export class Feed {
  readonly #application: Application;
  readonly #deliver: (topic: string, payload: Buffer) => void;

  readonly #events: StackEvents;
  readonly #keep: (uplink: JsonObject) => void;

  constructor(
    application: Application,
    deliver: (topic: string, payload: Buffer) => void,
    events: StackEvents,
    keep: (uplink: JsonObject) => void,
  ) {
    this.#keep = keep;
    this.#application = application;
    this.#deliver = deliver;
    this.#events = events;
  }

  topic(kind: StackKind, deviceId: string): string {
    return `v3/${this.#application.uid}/devices/${deviceId}/${TOPIC_OF_KIND[kind]}`;
  }

  /** Publishes and returns the message. With an event, but where the Application Server says it of its own accord. */
  publish(kind: StackKind, body: object, envelope: Envelope, isForwarded = true): JsonObject {
    const message: JsonObject = {
      end_device_ids: envelope.end_device_ids,
      correlation_ids: sortedIds(envelope.correlation_ids),
      received_at: envelope.received_at ?? timestamp(),
      [kind]: body,
      ...(envelope.simulated && { simulated: true }),
    };
    if (kind === "uplink_message") this.#keep(message);
    this.send(this.topic(kind, envelope.end_device_ids.device_id), Buffer.from(goJson(message)));
    if (isForwarded) {
      this.#events.forwarded(kind, envelope.end_device_ids, envelope.correlation_ids, message);
    }
    return message;
  }

  /** Sends bytes as they are. */
  send(topic: string, payload: Buffer): void {
    this.#deliver(topic, payload);
  }

  /** The captured topic, for this application. */
  ownTopic(captured: string): string {
    return captured.replace(/^v3\/[^/]+/, `v3/${this.#application.uid}`);
  }
}
