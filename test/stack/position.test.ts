import assert from "node:assert/strict";
import { findPosition } from "../../src/stack/position";
import { captured, uplink } from "./fixtures";

const find = (body: object) => findPosition(uplink(body).message.uplink_message);
const at = (body: object): unknown => {
  const found = find(body);
  return found.ok ? found.position : found.problem;
};
const decoded = (decoded_payload: object): unknown => at({ decoded_payload });
const HERE = { lat: 52.37, lon: 4.88, source: "decoded" };

describe("a position in the decoded payload", () => {
  const CASES: readonly (readonly [string, object, unknown])[] = [
    ["latitude and longitude", { latitude: 52.37, longitude: 4.88 }, HERE],
    ["lat and lon", { lat: 52.37, lon: 4.88 }, HERE],
    ["lat and lng", { lat: 52.37, lng: 4.88 }, HERE],
    ["in capitals", { Latitude: 52.37, LONGITUDE: 4.88 }, HERE],
    ["in gps", { gps: { latitude: 52.37, longitude: 4.88 } }, HERE],
    ["in location", { location: { lat: 52.37, lng: 4.88 } }, HERE],
    ["in position", { position: { lat: 52.37, lon: 4.88 } }, HERE],
    ["of Cayenne LPP", { gps_1: { latitude: 52.37, longitude: 4.88, altitude: 0 } }, { ...HERE, alt: 0 }],
    [
      "with altitude and accuracy",
      { lat: 52.37, lon: 4.88, alt: 3, accuracy: 5 },
      { ...HERE, alt: 3, accuracy: 5 },
    ],
    ["as text", { latitude: "52.370000", longitude: " 4.88" }, HERE],
    ["beside another word for it", { lat: "N", latitude: 52.37, lon: 4.88 }, HERE],
    ["on the equator", { lat: 0, lon: 4.88 }, { ...HERE, lat: 0 }],
    ["at a pole", { lat: -90, lon: 180 }, { ...HERE, lat: -90, lon: 180 }],
    ["at the top before the nested one", { gps: { lat: 1, lon: 1 }, lat: 52.37, lon: 4.88 }, HERE],
    ["in gps before location", { location: { lat: 1, lon: 1 }, gps: { lat: 52.37, lon: 4.88 } }, HERE],
    ["behind one that cannot be", { lat: 523.7, lon: 4.88, gps: { lat: 52.37, lon: 4.88 } }, HERE],
    ["of half a pair", { latitude: 52.37 }, "none"],
    ["of two halves", { latitude: 52.37, gps: { longitude: 4.88 } }, "none"],
    ["of words", { latitude: "north", longitude: "east", location: "indoor" }, "none"],
    ["of lists", { latitude: [52.37], longitude: [4.88], gps: [{ lat: 1, lon: 1 }] }, "none"],
    ["of nothing", { latitude: null, longitude: null, gps: null }, "none"],
    ["deeper than that", { data: { gps: { lat: 52.37, lon: 4.88 } } }, "none"],
    ["without a fix", { latitude: 0, longitude: 0 }, "no_fix"],
    ["without a fix, as text", { latitude: "0.000", longitude: "0.000" }, "no_fix"],
    ["north of the pole", { latitude: 90.1, longitude: 4.88 }, "out_of_range"],
    ["east of the date line", { latitude: 52.37, longitude: 180.1 }, "out_of_range"],
    ["in ten-millionths", { latitude: 523_700_000, longitude: 48_800_000 }, "out_of_range"],
    ["with an accuracy that is none", { lat: 52.37, lon: 4.88, accuracy: -1, alt: "high" }, HERE],
  ];
  for (const [what, payload, position] of CASES)
    it(`${what}: ${JSON.stringify(payload)}`, () => assert.deepEqual(decoded(payload), position));

  it("is found in no name that every object inherits", () => {
    const hostile: unknown = JSON.parse(
      '{"__proto__":{"lat":1,"lon":1},"gps":{"__proto__":{"lat":1,"lon":1}}}',
    );
    assert.ok(typeof hostile === "object" && hostile !== null);
    assert.equal(decoded(hostile), "none");
  });
});

describe("a position elsewhere in the message", () => {
  const locations = {
    "lora-cloud-geolocation-v3": { latitude: 1, longitude: 1, accuracy: 120 },
    "wifi-geolocation": { latitude: 2, longitude: 2, accuracy: 30 },
    unsure: { latitude: 3, longitude: 3 },
    user: { latitude: 4, longitude: 4, altitude: 10, source: "SOURCE_REGISTRY" },
    "frm-payload": { latitude: 5, longitude: 5, source: "SOURCE_GPS" },
  };
  const sourceOf = (body: object): unknown => Reflect.get(Object(at(body)), "source");
  const without = (...names: string[]): object =>
    Object.fromEntries(Object.entries(locations).filter(([name]) => !names.includes(name)));

  it("is the normalized one, where the decoded payload has none", () => {
    const normalized_payload = [
      { air: { location: "indoor" } },
      { position: { latitude: 52.37, longitude: 4.88 } },
    ];
    assert.deepEqual(at({ normalized_payload, locations }), { ...HERE, source: "normalized" });
    assert.deepEqual(at({ decoded_payload: { lat: 52.37, lon: 4.88 }, normalized_payload, locations }), HERE);
  });

  it("is of the device itself, then of its owner, then of the most accurate service", () => {
    const order = ["frm-payload", "user", "wifi-geolocation", "lora-cloud-geolocation-v3", "unsure"];
    order.forEach((source, index) =>
      assert.equal(sourceOf({ locations: without(...order.slice(0, index)) }), source),
    );
    assert.deepEqual(at({ locations: { user: locations.user } }), {
      lat: 4,
      lon: 4,
      alt: 10,
      source: "user",
    });
  });

  it("counts a coordinate that is left out for 0, and both for no fix", () => {
    assert.deepEqual(at({ locations: { user: { longitude: 4 } } }), { lat: 0, lon: 4, source: "user" });
    assert.equal(at({ locations: { "frm-payload": { source: "SOURCE_GPS" } } }), "no_fix");
    assert.equal(at({ locations: { user: { latitude: "NaN", longitude: 4 } } }), "out_of_range");
  });

  it("helps out where the decoded one cannot be used; else its problem is told", () => {
    const lost = { latitude: 0, longitude: 0 };
    assert.equal(sourceOf({ decoded_payload: lost, locations }), "frm-payload");
    assert.equal(at({ decoded_payload: lost, locations: { user: { latitude: 91 } } }), "no_fix");
    assert.deepEqual(find({ decoded_payload: { lat: 91, lon: 4 }, locations: {} }), {
      ok: false,
      problem: "out_of_range",
      latitude: 91,
      longitude: 4,
    });
  });

  it("is there in a capture", () => {
    const { message } = captured("uplink_message", "first uplink after join");
    assert.deepEqual(findPosition(message.uplink_message), {
      ok: true,
      position: { lat: 37.97, lon: 23.72, alt: 10, source: "user" },
    });
  });

  it("is not looked for without end", () => {
    const place = { latitude: 1, longitude: 1 };
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`s${n}`, { latitude: 91 }]));
    assert.equal(at({ locations: { ...many, last: place } }), "out_of_range");
    const measurements = Array.from({ length: 10_000 }, () => ({ position: { latitude: 91, longitude: 1 } }));
    assert.equal(at({ normalized_payload: [...measurements, { position: place }] }), "out_of_range");
  });
});
