import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkMessage, decodeMessage, type MessageProblem } from "../../src/stack/decode";
import type { Kind, StackKind } from "../../src/stack/kinds";
import type { Received } from "../../src/stack/messages";

/** A captured message of a real server. */
export interface Capture {
  readonly name: string;
  readonly topic: string;
  readonly payload: object;
}

const FOLDER = join(__dirname, "../fixtures");

export type ReceivedOf<K extends Kind> = Extract<Received, { readonly kind: K }>;

const fileOf = (kind: string): string =>
  `${kind.replaceAll("_", "-").replace("-accept", "").replace("-message", "").replace("queue-", "")}.jsonl`;

function lines<T>(file: string): T[] {
  const text = readFileSync(join(FOLDER, file), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

export const capturesOf = (kind: StackKind): Capture[] => lines<Capture>(fileOf(kind));

/** Those that hold what was captured. */
export const captureFiles = (): string[] =>
  readdirSync(FOLDER).filter((file) => file.endsWith(".jsonl") && !file.startsWith("documented-"));

/** What newer servers send, by their documentation: not captured. */
export const documented = (): (Capture & { readonly documented: string })[] => lines("documented-3.36.jsonl");

/** The documented message of this name. */
export function documentedOf<K extends StackKind>(kind: K, name: string): ReceivedOf<K> {
  const found = documented().find((each) => each.name === name);
  assert.ok(found, `no documented message "${name}"`);
  return received(found.payload, kind);
}

/** The messages of all exchanges: what a downlink was followed by. */
export const exchanged = (): Capture[] =>
  lines<{ name: string; responses: Omit<Capture, "name">[] }>("exchanges.jsonl").flatMap(
    ({ name, responses }) => responses.map((response) => ({ name, ...response })),
  );

/** Messages that the Pub/Sub integration published, as text. */
export const publishedToBroker = (): { name: string; topic: string; payload: string }[] =>
  lines("pubsub.jsonl");

export const bytesOf = (value: unknown): Buffer =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

/** Decodes something that must be a valid message of this kind. */
export function received<K extends Kind>(payload: unknown, kind: K): ReceivedOf<K> {
  const decoded = checkMessage(JSON.parse(JSON.stringify(payload)), kind);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  assert.equal(decoded.received.kind, kind);
  return decoded.received as ReceivedOf<K>;
}

/** The captured message of this name. */
export function captured<K extends StackKind>(
  kind: K,
  name: string,
): ReceivedOf<K> & { readonly topic: string } {
  const capture = capturesOf(kind).find((each) => each.name === name);
  assert.ok(capture, `no capture "${name}"`);
  return { ...received(capture.payload, kind), topic: capture.topic };
}

/** An uplink with this body. */
export const uplink = (body: object, envelope: object = {}): ReceivedOf<"uplink_message"> =>
  received({ end_device_ids: { device_id: "dev1" }, uplink_message: body, ...envelope }, "uplink_message");

/** What is wrong with something that must not be a valid message. */
export function problemOf(payload: unknown, expected?: Kind): MessageProblem {
  const bytes = payload instanceof Uint8Array ? payload : bytesOf(payload);
  const decoded = decodeMessage(bytes, expected);
  assert.ok(!decoded.ok, "is valid");
  return decoded.problem;
}
