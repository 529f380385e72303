import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.join(__dirname, "../../test/fixtures");

export interface Captured {
  readonly topic: string;
  readonly payload: unknown;
}

const lines = (file: string): readonly string[] =>
  readFileSync(path.join(FOLDER, file), "utf8").split("\n").filter(Boolean);

function captured(line: string): Captured[] {
  const { topic, payload } = JSON.parse(line) as { topic?: string; payload?: unknown };
  if (topic === undefined) return [];
  return [{ topic, payload: typeof payload === "string" ? (JSON.parse(payload) as unknown) : payload }];
}

/** What real servers have sent. */
export const MESSAGES: readonly Captured[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".jsonl") && !/^(?:exchanges|event-stream)/.test(file))
  .flatMap((file) => lines(file).flatMap(captured));

export const UPLINKS = MESSAGES.filter(({ topic }) => topic.startsWith("v3/") && topic.endsWith("/up"));

export const EVENTS = lines("event-stream.jsonl").map((line) => JSON.parse(line) as unknown);

/** Answers of the HTTP API, and what was asked. */
export const DOWNLINKS: readonly unknown[] = lines("exchanges.jsonl").flatMap((line) => {
  const { request } = JSON.parse(line) as { request?: { payload?: unknown } };
  try {
    return [JSON.parse(String(request?.payload)) as unknown];
  } catch {
    return [];
  }
});
