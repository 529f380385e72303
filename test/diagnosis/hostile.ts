/** Answers that no server gives and a hostile one may: a seed makes the same ones each time. */
import type { Answer } from "./stackAnswers";

/** Numbers from 0 to 1. Rule: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const nested = (open: string, close: string, levels: number): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

/** JSON texts, and some that are none. */
const VALUES: readonly string[] = [
  ...["null", "true", "0", "-1", "1e999", "1e-999", "123456789012345678901234567890", '""', "[]", "{}"],
  ...['{"toString":0,"valueOf":0}', '{"__proto__":{"code":16}}', '{"constructor":null,"hasOwnProperty":1}'],
  ...['"\\ud800"', '"\\u0000\\u001b[31m\\n\\u202e"', '"application_ids"', "[null,[null]]", '{"length":9}'],
  ...["nul", '{"a":', "", "\ufeff{}", "NaN", "'x'", "undefined"],
];

/** One of these now and then. */
const LARGE: readonly string[] = [
  nested("[", "]", 1_200),
  nested('{"a":', "}", 1_200),
  nested('{"cause":', "}", 990),
  JSON.stringify("x".repeat(100_000)),
  `[${"0,".repeat(50_000)}0]`,
  `[${'"RIGHT_ALL",'.repeat(5_000)}"RIGHT_ALL"]`,
];

/** Deeper than anything can read; a few are enough. */
export const ABYSSES: readonly string[] = [
  nested("[", "]", 120_000),
  nested('{"a":', "}", 40_000),
  "[".repeat(200_000),
  nested('{"details":[{"cause":', "}]}", 10_000),
  `{"code":16,"details":[{"namespace":"x","name":"token","attributes":${nested("[", "]", 60_000)}}]}`,
];

/** Where values are put: each member of each answer that is read. */
const FRAMES: readonly ((value: string, other: string) => string)[] = [
  (value) => value,
  (value, other) => `{"api_key":${value},"rights":${other}}`,
  (value, other) => `{"api_key":{"api_key":${value},"entity_ids":${other}}}`,
  (value, other) =>
    `{"api_key":{"api_key":{"id":"AAAA","name":${value},"rights":${other}},"entity_ids":{"application_ids":{"application_id":"app1"}}}}`,
  (value, other) =>
    `{"api_key":{"api_key":{"id":${value},"expires_at":${other}},"entity_ids":{"user_ids":{"user_id":${value}}}}}`,
  (value, other) => `{"rights":[${value},${other}]}`,
  (value) => `{"downlinks":${value}}`,
  (value, other) => `{"downlinks":[{"f_port":${value},"correlation_ids":${other}},${value}]}`,
  (value, other) => `{"code":${value},"message":${other},"details":[]}`,
  (value, other) => `{"code":7,"details":[{"namespace":${value},"name":${other}}]}`,
  (value, other) =>
    `{"code":${value},"details":[{"namespace":"pkg/auth","name":"token","attributes":${other},"cause":${value}}]}`,
  (value, other) => `{"__proto__":${value},"details":${other}}`,
];

const STATUSES = [200, 200, 200, 400, 401, 403, 404, 429, 500, 204, 302] as const;

/** `count` answers, each with the seed that makes it. */
export function* hostileAnswers(count: number, seed: number): Generator<Answer> {
  const random = randomFrom(seed);
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? (list[0] as T);
  const value = (): string => oneOf(random() < 0.02 ? LARGE : VALUES);
  for (let made = 0; made < count; made++)
    yield { status: oneOf(STATUSES), body: oneOf(FRAMES)(value(), value()) };
}
