/**
 * The topics of a Pub/Sub integration: a base topic, and a sub topic for each type of message. Usable in the browser.
 * Rule: `pkg/applicationserver/io/pubsub/provider/mqtt/provider.go`.
 */
import { ANSWER_KINDS, STACK_KINDS, type StackKind } from "./kinds";
import type { QueueOperation } from "./topics";

type DownlinkType = `downlink_${QueueOperation}`;

/** What has a sub topic, in the stack's words. */
export type PubsubType = StackKind | DownlinkType;

const DOWNLINK_TYPES: readonly DownlinkType[] = ["downlink_push", "downlink_replace"];

export const PUBSUB_TYPES: readonly PubsubType[] = [...STACK_KINDS, ...DOWNLINK_TYPES];

export const isPubsubType = (text: string): text is PubsubType => PUBSUB_TYPES.some((type) => type === text);

/** Whole topics, of the types that have one. */
export type PubsubTopics = ReadonlyMap<PubsubType, string>;

/** Of the base topic and of each sub topic, in the stack's settings. */
const LONGEST = 100;

export type PubsubTopicsProblem =
  | { readonly problem: "none" }
  | { readonly problem: "not_an_object" }
  | { readonly problem: "not_text"; readonly type: PubsubType }
  /** The stack takes it and never publishes. */
  | { readonly problem: "wildcard"; readonly topic: string }
  | { readonly problem: "too_long"; readonly length: number; readonly most: number }
  /** The stack would read its own messages as downlinks, or a push as a replace. */
  | {
      readonly problem: "shared_with_downlinks";
      readonly topic: string;
      readonly type: PubsubType;
      readonly other: PubsubType;
    }
  | { readonly problem: "group_form"; readonly group: string }
  /** Of several instances, an answer would come to another than the one that waits for it. */
  | {
      readonly problem: "group_splits_answers";
      readonly topic: string;
      readonly type: PubsubType;
      readonly answer: PubsubType;
    };

export type PubsubTopicsRead =
  | { readonly ok: true; readonly topics: PubsubTopics }
  | { readonly ok: false; readonly problem: PubsubTopicsProblem };

/** As the stack joins them: without any cleaning. An empty base gives `/up`, `e/` and `up` give `e//up`. */
export const joinTopic = (base: string, sub: string): string => `${base}/${sub}`;

const isDownlink = (type: PubsubType): type is DownlinkType => DOWNLINK_TYPES.some((one) => one === type);

/** Of several types on one topic: the first two that must not share it. */
function conflict(types: readonly PubsubType[], shared: boolean): [PubsubType, PubsubType] | undefined {
  const downlink = types.find(isDownlink);
  const other = types.find((type) => type !== downlink);
  if (downlink !== undefined && other !== undefined) return [downlink, other];
  const kinds = types.filter((type) => !isDownlink(type));
  const answer = kinds.find((kind) => ANSWER_KINDS.has(kind));
  const split = kinds.find((kind) => !ANSWER_KINDS.has(kind));
  return shared && answer !== undefined && split !== undefined ? [split, answer] : undefined;
}

/**
 * Reads base topic and sub topics as they stand in a flow. A type with an empty sub topic is not used. Unknown types are left out.
 * @param sharedGroup empty for none
 */
export function readPubsubTopics(base: unknown, subTopics: unknown, sharedGroup: string): PubsubTopicsRead {
  const refused = (problem: PubsubTopicsProblem): PubsubTopicsRead => ({ ok: false, problem });
  if (typeof subTopics !== "object" || subTopics === null || Array.isArray(subTopics))
    return refused({ problem: "not_an_object" });
  const baseTopic = typeof base === "string" || typeof base === "number" ? String(base) : "";
  const topics = new Map<PubsubType, string>();
  for (const type of PUBSUB_TYPES) {
    const sub: unknown = Object.hasOwn(subTopics, type) ? Reflect.get(subTopics, type) : "";
    if (typeof sub !== "string" && typeof sub !== "number") return refused({ problem: "not_text", type });
    const subTopic = String(sub);
    if (subTopic.trim() === "") continue;
    const longest = Math.max(baseTopic.length, subTopic.length);
    if (longest > LONGEST) return refused({ problem: "too_long", length: longest, most: LONGEST });
    const topic = joinTopic(baseTopic, subTopic);
    if (/[+#\0]/.test(topic)) return refused({ problem: "wildcard", topic });
    topics.set(type, topic);
  }
  if (topics.size === 0) return refused({ problem: "none" });
  if (/[/+#\0]/.test(sharedGroup)) return refused({ problem: "group_form", group: sharedGroup });

  for (const [topic, types] of typesByTopic(topics)) {
    const [type, other] = conflict(types, sharedGroup !== "") ?? [];
    if (type === undefined || other === undefined) continue;
    return isDownlink(type)
      ? refused({ problem: "shared_with_downlinks", topic, type, other })
      : refused({ problem: "group_splits_answers", topic, type, answer: other });
  }
  return { ok: true, topics };
}

function typesByTopic(topics: PubsubTopics): ReadonlyMap<string, readonly PubsubType[]> {
  const found = new Map<string, PubsubType[]>();
  for (const [type, topic] of topics) found.set(topic, [...(found.get(topic) ?? []), type]);
  return found;
}

export function kindsByTopic(topics: PubsubTopics): ReadonlyMap<string, readonly StackKind[]> {
  const kinds = [...typesByTopic(topics)].map(
    ([topic, types]) => [topic, types.filter((type) => !isDownlink(type))] as const,
  );
  return new Map(kinds.filter(([, list]) => list.length > 0));
}
