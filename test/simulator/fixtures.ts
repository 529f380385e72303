import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/stack/messages";
import type { SeenEvent } from "./eventClient";

/** A case of `server-behaviour.json`, as far as these tests look at it. */
export interface BehaviourCase {
  readonly section: string;
  readonly case: string;
  readonly given: {
    readonly client?: string;
    readonly filter?: string;
    readonly filters?: readonly string[];
    readonly subscribed?: readonly string[];
    readonly unsubscribed?: readonly string[];
    readonly qos?: number;
  };
  readonly connack?: number | null;
  readonly closed?: boolean;
  readonly closed_after_connack?: boolean;
  readonly suback?: readonly number[];
  readonly received?: readonly string[];
  readonly copies?: number;
  readonly copies_after?: number;
  readonly connection_up?: boolean;
  readonly puback?: boolean;
  readonly pubrec?: boolean;
  readonly events?: readonly string[];
}

export interface Capture {
  readonly name: string;
  readonly origin: string;
  readonly topic: string;
  readonly payload: JsonObject;
}

export interface Exchange {
  readonly name: string;
  readonly request: { readonly topic: string; readonly payload: string };
  readonly responses: readonly {
    readonly after_ms: number;
    readonly topic: string;
    readonly payload: JsonObject;
  }[];
}

const read = (file: string): string => readFileSync(join(__dirname, "../fixtures", file), "utf8");

const lines = (file: string): unknown[] =>
  read(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));

/** The captures are files of known form: the only place where they are believed. */
export const behaviour = JSON.parse(read("server-behaviour.json")) as readonly BehaviourCase[];
export const captures = (kind: string): readonly Capture[] => lines(`${kind}.jsonl`) as Capture[];
/** Of the HTTP stream of events, the start first. */
export const capturedEvents = lines("event-stream.jsonl").map(
  (line) => (line as { result: SeenEvent }).result,
);
export const exchanges = lines("exchanges.jsonl") as readonly Exchange[];
