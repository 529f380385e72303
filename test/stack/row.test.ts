import assert from "node:assert/strict";
import { rowOf, type RowSource } from "../../src/stack/row";

const SOURCE: RowSource = { time: 1795208469648, deviceId: "door-1", fCnt: 0, radio: { gateways: 0 } };
const OWN = { time: 1795208469648, device: "door-1", f_cnt: 0, radio_gateways: 0 };

/** What JSON text makes of the decoded payload, as it comes over the wire. */
const made = (json: string) => rowOf(SOURCE, JSON.parse(json) as Record<string, unknown>);
const decodedIn = (json: string): object => {
  const { row, leftOut } = made(json);
  assert.equal(leftOut, 0);
  return Object.fromEntries(Object.entries(row).filter(([name]) => !Object.hasOwn(OWN, name)));
};

describe("a flat row", () => {
  it("says when, who and how it was heard, around the decoded values", () => {
    const radio = { rssi: -97, snr: 7.5, spreadingFactor: 7, gatewayId: "roof", gateways: 2, airtime: 0.1 };
    const { row } = rowOf({ ...SOURCE, fPort: 2, fCnt: 77, radio, battery: 80 }, { temperature: 21.3 });
    assert.deepEqual(Object.entries(row), [
      ["time", 1795208469648],
      ["device", "door-1"],
      ["f_port", 2],
      ["f_cnt", 77],
      ["temperature", 21.3],
      ["radio_rssi", -97],
      ["radio_snr", 7.5],
      ["radio_sf", 7],
      ["radio_gateway", "roof"],
      ["radio_gateways", 2],
      ["battery", 80],
    ]);
  });

  it("leaves out what is not known", () => assert.deepEqual(made("{}"), { row: OWN, leftOut: 0 }));

  const CASES: readonly (readonly [string, string, object])[] = [
    ["keeps zero, false and empty texts", '{"a":0,"b":false,"c":""}', { a: 0, b: false, c: "" }],
    ["joins the names of nested values by _", '{"gps":{"fix":{"lat":1}}}', { gps_fix_lat: 1 }],
    ["numbers the members of lists", '{"a":[5,{"b":[6]}]}', { a_0: 5, a_1_b_0: 6 }],
    ["leaves out null, and what has nothing in it", '{"a":null,"b":{},"c":[],"d":[null,1]}', { d_1: 1 }],
    ["keeps names with spaces and dots", '{"key with.dot":1}', { "key with.dot": 1 }],
    [
      "puts payload_ before a decoded name of its own columns",
      '{"time":"x","device":1,"f_port":2,"f_cnt":3,"radio":{"rssi":4},"radio_sf":5}',
      {
        payload_time: "x",
        payload_device: 1,
        payload_f_port: 2,
        payload_f_cnt: 3,
        payload_radio_rssi: 4,
        payload_radio_sf: 5,
      },
    ],
    // The next message may have it: then the column would hold two things.
    ["does so also where the column is empty", '{"battery":3.1}', { payload_battery: 3.1 }],
    ["and before a name that another decoded value has", '{"a_b":1,"a":{"b":2}}', { a_b: 1, payload_a_b: 2 }],
    [
      "as often as it takes",
      '{"payload_time":1,"time":2,"a_b":1,"payload_a_b":2,"a":{"b":3}}',
      { payload_time: 1, payload_payload_time: 2, a_b: 1, payload_a_b: 2, payload_payload_a_b: 3 },
    ],
    ["has a name for what has none", '{"":1}', { payload_: 1 }],
  ];
  for (const [what, json, row] of CASES) it(what, () => assert.deepEqual(decodedIn(json), row));

  it("takes hostile names for names", () => {
    const { row } = made('{"__proto__":1,"constructor":2,"toString":{"valueOf":3},"a":{"__proto__":4}}');
    assert.equal(Object.getPrototypeOf(row), Object.prototype);
    assert.deepEqual(Object.keys(row).slice(3, 7), [
      "payload___proto__",
      "constructor",
      "toString_valueOf",
      "a___proto__",
    ]);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it("has room for a thousand values, and counts the rest", () => {
    const list = (length: number): string => JSON.stringify({ a: Array.from({ length }, (_, n) => n) });
    assert.equal(Object.keys(decodedIn(list(1_000))).length, 1_000);
    const { row, leftOut } = made(list(1_003));
    assert.equal(leftOut, 3);
    assert.equal(row.a_999, 999);
    assert.ok(!("a_1000" in row) && row.radio_gateways === 0);
  });

  it("has names of up to 200 characters, and counts what would have a longer one", () => {
    const name = "n".repeat(198);
    assert.deepEqual(decodedIn(`{"${name}":{"a":1}}`), { [`${name}_a`]: 1 });
    assert.deepEqual(made(`{"${name}":{"ab":1,"c":[1,2,null]}}`), { row: OWN, leftOut: 3 });
    const taken = `{"${name}":{"a":1},"${name}_a":2}`;
    assert.equal(made(taken).leftOut, 1, "no room for payload_ either");
  });

  it("survives a thousand levels and huge lists of lists", () => {
    const deep = `${'{"a":'.repeat(999)}1${"}".repeat(999)}`;
    assert.equal(made(deep).leftOut, 1);
    const wide = `{"a":${"[".repeat(500)}${Array.from({ length: 100_000 }, () => 1).join()}${"]".repeat(500)}}`;
    assert.equal(made(wide).leftOut, 100_000);
  });

  it("counts a number that is too large for one", () => assert.equal(made('{"a":1e999}').leftOut, 1));
});
