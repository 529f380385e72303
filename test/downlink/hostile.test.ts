import assert from "node:assert/strict";
import { cpuTime } from "../cpuTime";
import { buildOrder, type DownlinkValues } from "../../src/downlink/build";
import { V3_LIMITS } from "../../src/downlink/limits";
import { rendered } from "../diagnosis/catalogue";
import { GOOD, GOOD_ITEM, NOW, itemOf, items, orderOf } from "./texts";

const fails = (): never => {
  throw new Error("read");
};

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const throwing = (target: object): object =>
  new Proxy(target, { get: fails, ownKeys: fails, getPrototypeOf: fails, getOwnPropertyDescriptor: fails });

const getter = (name: string): object => Object.defineProperty({}, name, { get: fails, enumerable: true });

/** Plain objects with nothing in them, which is right for some fields. */
const EMPTY = new Set<unknown>([
  { [Symbol.toStringTag]: "Date" },
  { [Symbol.toStringTag]: "Uint8Array" },
  Object.defineProperty({}, Symbol.toStringTag, { get: fails }),
  Object.create(null),
]);

const HOSTILE: readonly unknown[] = [
  revoked(),
  throwing({}),
  throwing([]),
  throwing(new Date()),
  throwing(() => 1),
  getter("a"),
  getter("type"),
  getter("id"),
  getter("f_port"),
  ...EMPTY,
  { toString: fails, valueOf: fails, [Symbol.toPrimitive]: fails },
  new Array(4_294_967_295),
  new Array(1e6).fill("x"),
  Symbol("x"),
  10n ** 500n,
  () => 1,
  Buffer,
  new Map([["a", 1]]),
  new ArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
  "x".repeat(1e7),
  "\ud800",
  NaN,
  -Infinity,
  JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`),
];

const PROPERTIES = [
  "device",
  "operation",
  "fPort",
  "payload",
  "encoding",
  "priority",
  "confirmed",
  "maxAttempts",
  "correlationIds",
  "gateways",
  "absoluteTime",
  "report",
] as const satisfies readonly (keyof DownlinkValues)[];

/** Must not throw, and must be refused with a text of reasonable length. */
function refuses(values: DownlinkValues, what: string): void {
  const built = buildOrder(values, V3_LIMITS, NOW);
  assert.ok(!built.ok, `${what}: passed`);
  assert.ok(rendered(built.refusal).length < 500, what);
}

describe("a hostile value", () => {
  for (const property of PROPERTIES) {
    it(`is refused as ${property}`, () => {
      for (const [index, value] of HOSTILE.entries()) {
        refuses({ ...GOOD, [property]: value }, `${property}, value ${index}`);
      }
    });
  }

  for (const encoding of ["hex", "base64", "decoded", "downlinks"]) {
    it(`is refused as payload of the encoding ${encoding}`, () => {
      for (const [index, payload] of HOSTILE.entries()) {
        refuses({ ...GOOD, encoding, payload }, `${encoding}, value ${index}`);
      }
    });
  }

  for (const field of [
    "f_port",
    "frm_payload",
    "priority",
    "confirmed",
    "confirmed_retry",
    "correlation_ids",
    "class_b_c",
    "session_key_id",
    "f_cnt",
  ]) {
    it(`is refused as ${field} of a downlink object`, () => {
      for (const [index, value] of HOSTILE.entries()) {
        if (EMPTY.has(value) && /class|retry/.test(field)) continue;
        refuses({ ...GOOD, ...items({ ...GOOD_ITEM, [field]: value }) }, `${field}, value ${index}`);
      }
    });
  }

  it("is refused as the whole", () => {
    refuses(Object.defineProperty({ ...GOOD }, "device", { get: fails, enumerable: true }), "getter");
  });

  it("is refused soon, however often an object is in itself", () => {
    let laughs: unknown = "ha";
    for (let level = 0; level < 40; level++) laughs = [laughs, laughs];
    const took = cpuTime(() => refuses({ ...GOOD, encoding: "decoded", payload: { laughs } }, "laughs"));
    assert.ok(took < 500, `${took} ms`);
  });
});

describe("an order", () => {
  it("keeps nothing of the values that were given", () => {
    const bytes = Buffer.from([190, 239]);
    const correlationIds = ["a"];
    const gateways = [{ id: "roof-gateway" }];
    const item = itemOf({ payload: bytes, correlationIds, gateways });
    const before = structuredClone(item);
    bytes.fill(0);
    correlationIds.push("b");
    gateways.length = 0;
    assert.deepEqual(item, before);
  });

  it("reads each value once, so that nothing can change after it was checked", () => {
    let reads = 0;
    const changing = Object.defineProperty({ frm_payload: "vu8=" }, "f_port", {
      get: () => (reads++ === 0 ? 15 : 224),
      enumerable: true,
    });
    assert.equal(itemOf(items(changing)).f_port, 15);
    assert.equal(reads, 1);
  });

  it("takes __proto__ as a name like any other", () => {
    const payload: unknown = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
    const decoded = itemOf({ encoding: "decoded", payload }).decoded_payload;
    assert.equal(JSON.stringify(decoded), '{"__proto__":{"polluted":true},"a":1}');
    assert.equal(Reflect.get({}, "polluted"), undefined);
    refuses({ ...GOOD, ...items(JSON.parse('{"__proto__":1,"f_port":1,"frm_payload":"AA=="}')) }, "field");
  });

  it("does not change what was given", () => {
    const given = Object.freeze([Object.freeze({ ...GOOD_ITEM, priority: "low" })]);
    assert.equal(orderOf(items(...given)).items[0]?.priority, "LOW");
    assert.equal(given[0]?.priority, "low");
  });
});
