import type { Random } from "../random";

/** What nobody sends on purpose. */
const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

const LONG = "a".repeat(20_000);

/** As JSON can carry them. */
const HOSTILE_JSON: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1e308, -1e308, 1e-320, 255, 256, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, 0.1],
  ...[
    "",
    " ",
    "0",
    "-1",
    "NaN",
    "null",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
  ],
  ...[
    "\u0000",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202e",
    "𝒳",
    "é",
    "%00",
    "%E0%A4%A",
    "../../etc",
    "${HOME}",
  ],
  ...[
    "<img src=x onerror=alert(1)>",
    "'\"`",
    "a".repeat(300),
    LONG,
    "/".repeat(2_000),
    ",".repeat(5_000),
    "*".repeat(500),
  ],
  ...[
    "AQ==",
    "////",
    "A",
    "=",
    "=".repeat(1_000),
    "2026-11-20T21:01:09.648724680Z",
    "9999-99-99T99:99:99Z",
    "-1s",
    "1e400",
  ],
  ...[[], {}, [null], [[]], [{}], { "": "" }, { length: 1e9 }, { toString: 1 }, { then: 1 }, { toJSON: 1 }],
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  JSON.parse('[{"__proto__":{"polluted":true}}]'),
  ...[
    deep(10),
    deep(200),
    Array(2_000).fill(0),
    Array(300).fill({}),
    Object.fromEntries(
      Array(1_000)
        .fill(0)
        .map((_, i) => [`k${i}`, i]),
    ),
  ],
];

const throwing = (): never => {
  throw new Error("a value that throws when it is read");
};

/** Beyond JSON: what a function node may put into a message. Made anew each time. */
const HOSTILE_INPUTS: readonly (() => unknown)[] = [
  ...[
    () => undefined,
    () => NaN,
    () => Infinity,
    () => -Infinity,
    () => 10n,
    () => Symbol("s"),
    () => throwing,
  ],
  ...[() => new Date(NaN), () => new Date(), () => /x/g, () => new Map([["a", 1]]), () => new Set([1])],
  ...[() => new Uint8Array(300), () => new ArrayBuffer(8), () => new DataView(new ArrayBuffer(4))],
  ...[() => Buffer.alloc(70_000), () => new Float64Array([NaN, 1e99]), () => new Error("e")],
  () => Object.create(null) as unknown,
  () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    return circular;
  },
  () => new Array<unknown>(3),
  () => new Proxy({}, { get: throwing, ownKeys: throwing, getPrototypeOf: throwing }),
  () => Object.defineProperty({}, "a", { get: throwing, enumerable: true, configurable: true }),
  () => ({ toString: throwing, valueOf: throwing, toJSON: throwing }),
  () => ({ [Symbol.toPrimitive]: throwing }),
  ...[
    () => new Object("text"),
    () => new Object(5),
    () => new Object(true),
    () => new WeakMap(),
    () => globalThis,
  ],
];

/** One that JSON can carry, of one's own. */
export function hostileJson(random: Random): unknown {
  const value = random.of(HOSTILE_JSON);
  return typeof value === "object" && value !== null ? structuredClone(value) : value;
}

/** One of any kind. */
export const hostileInput = (random: Random): unknown =>
  random.chance(0.5) ? hostileJson(random) : random.of(HOSTILE_INPUTS)();

export const HOSTILE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "length",
  "",
  "then",
  "k".repeat(5_000),
  "\ud800",
  "a.b[0]",
  "0",
] as const;

/** Pieces of which texts are made that somebody may paste. */
export const TEXT_PIECES = [
  ...[
    "eu1.cloud.thethings.network",
    "mqtts://",
    "https://",
    "ws://",
    ":8883",
    ":",
    "@",
    "app1@ttn",
    "/console/applications/app1",
    "?",
    "#",
  ],
  ...[
    "NNSXS.",
    `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`,
    "Username",
    "Password",
    "Bearer ",
    "Authorization: ",
    "v3/app1@ttn/devices/dev-1/up",
    "user name: ",
  ],
  ...[
    "\n",
    "\t",
    " ",
    "\u200b",
    "\u00a0",
    '"',
    "'",
    "<",
    ">",
    "(",
    ")",
    "[::1]",
    "127.0.0.1",
    ",",
    "*",
    "-",
    "dev-1",
    "1-20",
    "224",
    "0x",
    "AQID",
    "00 FF",
    "${X}",
  ],
  ...["\ud83d", "🚀", "%", "%zz", "..", "\\", "{", "}", "[", "]", "null", "true", "1e999", "-", "+", "="],
] as const;
