/** Pub/Sub: the table in which every message type has its sub topic. */
import { TOPIC_OF_KIND } from "../../../src/stack/kinds";
import { isPubsubType, PUBSUB_TYPES, type PubsubType } from "../../../src/stack/pubsubTopics";
import { topicPart } from "../../shared/editor/rules";
import { text } from "../../shared/editor/text";
import { copyButton } from "./copyButton";

/** In the order of the Console, with the sub topics that "usual names" fills in: those of the stack's own MQTT server. */
const USUAL_TOPICS: Readonly<Record<PubsubType, string>> = {
  ...TOPIC_OF_KIND,
  downlink_push: "down/push",
  downlink_replace: "down/replace",
};

const LABEL_KEYS: Readonly<Record<PubsubType, string>> = {
  uplink_message: "option.topic-uplink-message",
  uplink_normalized: "option.topic-uplink-normalized",
  join_accept: "option.topic-join-accept",
  downlink_queued: "option.topic-downlink-queued",
  downlink_sent: "option.topic-downlink-sent",
  downlink_ack: "option.topic-downlink-ack",
  downlink_nack: "option.topic-downlink-nack",
  downlink_failed: "option.topic-downlink-failed",
  downlink_queue_invalidated: "option.topic-downlink-queue-invalidated",
  location_solved: "option.topic-location-solved",
  service_data: "option.topic-service-data",
  downlink_push: "option.topic-downlink-push",
  downlink_replace: "option.topic-downlink-replace",
};

/** The stack never publishes these over MQTT: shown only where a flow has it. */
const NOT_OFFERED = "uplink_normalized";

/** What of a property can be shown: text by message type. */
function readTopics(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  const texts = Object.entries(value).map(([key, topic]: [string, unknown]): [string, string] => [
    key,
    typeof topic === "string" || typeof topic === "number" ? String(topic).trim() : "",
  ]);
  return Object.fromEntries(texts.filter(([, topic]) => topic !== ""));
}

/** @param others as they stand in a flow; what is missing there is to be saved */
export function isSameTopics(topics: unknown, others: unknown): boolean {
  if (others === undefined) return false;
  const [one, other] = [topics, others].map((each) =>
    JSON.stringify(Object.entries(readTopics(each)).sort()),
  );
  return one === other;
}

const idOf = (key: string): string => `tts-connection-topic-${key}`;

export class TopicTable {
  readonly #keys: readonly PubsubType[];
  /** What a later version may know of: kept as it is. */
  readonly #unknown: Record<string, string>;

  constructor(table: JQuery, topics: unknown) {
    const known = readTopics(topics);
    this.#keys = PUBSUB_TYPES.filter((key) => key !== NOT_OFFERED || key in known);
    this.#unknown = Object.fromEntries(Object.entries(known).filter(([key]) => !isPubsubType(key)));
    for (const key of this.#keys) {
      const input = $("<input>", {
        type: "text",
        id: idOf(key),
        placeholder: text("placeholder.sub-topic"),
        spellcheck: "false",
      }).val(known[key] ?? "");
      const label = text(LABEL_KEYS[key]);
      table.append(
        $("<label>", { for: idOf(key) }).text(label),
        $("<div>").append(input, $("<div>", { class: "tts-reason", "aria-live": "polite" })),
        copyButton(label, () => this.#value(key)),
      );
    }
  }

  /** Calls `listener` now and after every change. */
  follow(listener: () => void): void {
    const changed = (): void => {
      for (const key of this.#keys) this.#showReason(key);
      listener();
    };
    for (const key of this.#keys) $(`#${idOf(key)}`).on("change keyup input", changed);
    changed();
  }

  /** Fills the empty fields; what is there stays. */
  fillUsual(): void {
    for (const key of this.#keys) {
      const input = $(`#${idOf(key)}`);
      if (this.#value(key) === "") input.val(USUAL_TOPICS[key]).trigger("change");
    }
  }

  /** The property: message types that have a sub topic. */
  topics(): Record<string, string> {
    const filled = this.#keys.map((key): [string, string] => [key, this.#value(key)]);
    return { ...this.#unknown, ...Object.fromEntries(filled.filter(([, topic]) => topic !== "")) };
  }

  #value(key: string): string {
    const value = $(`#${idOf(key)}`).val();
    return typeof value === "string" ? value.trim() : "";
  }

  #showReason(key: string): void {
    const input = $(`#${idOf(key)}`);
    const reason = topicPart(this.#value(key));
    input.toggleClass("input-error", reason !== undefined).attr("aria-invalid", String(reason !== undefined));
    input.next(".tts-reason").text(reason === undefined ? "" : text(reason.key, reason.values));
    const copy = input.parent().next("button");
    copy.css("visibility", this.#value(key) === "" ? "hidden" : "visible");
  }
}
