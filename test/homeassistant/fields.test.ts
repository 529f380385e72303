import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fieldPage, PAGE } from "../../scripts/fieldPage";
import { BINARY_CLASSES, takesUnit } from "../../src/homeassistant/classes";
import {
  ENDINGS,
  FLAG_NAMES,
  flagClass,
  NUMBER_NAMES,
  numberMeaning,
} from "../../src/homeassistant/fieldTable";
import { expiryOf } from "../../src/homeassistant/interval";
import { fieldName, idOfLevel, keyOf, levelOf, uniqueId } from "../../src/homeassistant/names";
import { readPayload } from "../../src/homeassistant/reading";

describe("what a field with numbers in it is, by its name", () => {
  const EXPECTED: readonly (readonly [
    name: string,
    deviceClass: string | undefined,
    unit: string | undefined,
  ])[] = [
    ["temperature", "temperature", "°C"],
    ["temp_c", "temperature", "°C"],
    ["TempC_SHT", undefined, undefined],
    ["temperature_f", "temperature", "°F"],
    ["temp_min", "temperature", "°C"],
    ["airTemperature2", "temperature", "°C"],
    ["humidity_pct", "humidity", "%"],
    ["soil_moisture_1", "moisture", "%"],
    ["battery_v", "voltage", "V"],
    ["battery_mv", "voltage", "mV"],
    ["battery_pct", "battery", "%"],
    ["co2", "carbon_dioxide", "ppm"],
    ["co2_ppm", "carbon_dioxide", "ppm"],
    ["co2_1", "carbon_dioxide", "ppm"],
    ["pm2_5_avg", "pm25", "µg/m³"],
    ["tvoc_ppm", "volatile_organic_compounds_parts", "ppm"],
    ["pm2_5", "pm25", "µg/m³"],
    ["pm10", "pm10", "µg/m³"],
    ["pressure", "pressure", "hPa"],
    ["pressure_kpa", "pressure", "kPa"],
    ["water_m3", "volume", "m³"],
    ["wind_speed_kmh", "wind_speed", "km/h"],
    ["energy_wh", "energy", "Wh"],
    ["pH", "ph", undefined],
    ["counter", undefined, undefined],
    ["m", undefined, undefined],
    ["__proto__", undefined, undefined],
  ];
  for (const [name, deviceClass, unit] of EXPECTED)
    it(`${name}: ${deviceClass ?? "nothing"} ${unit ?? ""}`, () => {
      const meaning = numberMeaning([name]);
      assert.deepEqual([meaning.deviceClass, meaning.unit], [deviceClass, unit]);
    });

  it("has only classes and units that Home Assistant takes together", () => {
    for (const [words, deviceClass, unit] of NUMBER_NAMES) assert.ok(takesUnit(deviceClass, unit), words);
    for (const [words, unit, deviceClass] of ENDINGS)
      assert.ok(deviceClass === undefined || takesUnit(deviceClass, unit), words);
    for (const [words, deviceClass] of FLAG_NAMES) assert.ok(BINARY_CLASSES.has(deviceClass), words);
  });

  it("knows flags by their names, and none that may be the other way round", () => {
    assert.deepEqual(
      ["door", "leak_detected", "pir", "contact", "closed", "low_battery"].map((name) => flagClass([name])),
      ["door", "moisture", "motion", undefined, undefined, "battery"],
    );
  });

  it("stands in the guide (else: npm run docs:fields)", () => {
    assert.equal(readFileSync(PAGE, "utf8"), fieldPage());
  });
});

describe("names of devices and fields", () => {
  it("keep what The Things Stack allows, and are readable", () => {
    assert.equal(uniqueId("app1", "door-1"), "tts_app1__door-1");
    assert.equal(keyOf(["air", "temperature"]), "air.temperature");
    assert.equal(fieldName(["air", "co2"]), "Air CO2");
  });

  const HOSTILE = [
    "a/b",
    "a+b",
    "a#b",
    "a_b",
    "a b",
    "<b>",
    "ü",
    "",
    "-",
    "__proto__",
    "a_2f_b",
    "🌡",
    "\0",
    "A",
  ];

  it("never become the same, and lead back to the ID", () => {
    const levels = HOSTILE.map(levelOf);
    assert.equal(new Set(levels.filter((level) => level !== "-")).size, HOSTILE.length - 2);
    for (const id of HOSTILE.filter((each) => each !== "-")) assert.equal(idOfLevel(levelOf(id)), id);
    for (const level of levels) assert.match(level, /^[A-Za-z0-9_-]+$/);
    const pairs = HOSTILE.flatMap((one) => HOSTILE.map((other) => uniqueId(one, other)));
    assert.equal(new Set(pairs).size, (HOSTILE.length - 1) ** 2);
    assert.equal(idOfLevel("a_zz_b"), undefined);
    assert.equal(idOfLevel("a".repeat(65)), undefined);
  });

  it("of fields keep steps apart from dots in names, and never take one of ours", () => {
    assert.notEqual(keyOf(["a", "b"]), keyOf(["a.b"]));
    assert.deepEqual([keyOf(["rssi"]), keyOf(["payload", "rssi"])], ["payload.rssi", "payload.payload.rssi"]);
    assert.equal(keyOf(["a".repeat(200)]), undefined);
    assert.equal(keyOf(Array.from({ length: 7 }, () => "a")), undefined);
  });
});

describe("the payload of an uplink", () => {
  it("gives a hundred fields at most, and none whose name begins with _", () => {
    const decoded = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, index]));
    assert.equal(readPayload({ _hidden: 1, ...decoded }, undefined).fields.length, 100);
    assert.deepEqual(readPayload(JSON.parse('{"__proto__": {"a": 1}, "_x": 1}'), undefined).fields, []);
  });

  it("shows a measurement that decoder and normalized payload both have once", () => {
    const { fields } = readPayload({ temp: 20, probe: 3 }, [{ air: { temperature: 20 } }]);
    assert.deepEqual(
      fields.map(({ key }) => key),
      ["air.temperature", "probe"],
    );
  });

  it("takes the latest of several measurements", () => {
    const list = [
      { time: "2026-11-21T06:25:11Z", air: { temperature: 2 } },
      { time: "2026-11-21T06:00:00Z", air: { temperature: 1, co2: 3 } },
    ];
    assert.deepEqual(
      readPayload({}, list).fields.map(({ key, value }) => [key, value]),
      [
        ["air.temperature", 2],
        ["air.co2", 3],
      ],
    );
  });

  it("takes each of several measurements that are inside of others, and changes none of them", () => {
    const list = [
      { time: "2026-11-21T06:00:00Z", water: { temperature: { current: 8, max: 9 } } },
      { time: "2026-11-21T06:25:11Z", water: { temperature: { current: 7, min: 5 } } },
    ];
    const before = structuredClone(list);
    assert.deepEqual(
      readPayload({}, list).fields.map(({ key, value }) => [key, value]),
      [
        ["water.temperature.current", 7],
        ["water.temperature.max", 9],
        ["water.temperature.min", 5],
      ],
    );
    assert.deepEqual(list, before);
  });

  it("tells what a decoder says of a field", () => {
    const { attributes } = readPayload(
      { level: 3, _sensor_attr_level_unit: "cm", _sensor_attr_level_x: 1 },
      undefined,
    );
    assert.deepEqual([...attributes], [["level", { unit: "cm" }]]);
  });
});

describe("the time after which values no longer count", () => {
  const minutes = (count: number, times: number): number[] =>
    Array.from({ length: times }, () => count * 60_000);

  it("is a day until three intervals are known, then three times their median in steps, an hour at least", () => {
    assert.equal(expiryOf(minutes(10, 2), undefined), 86_400);
    assert.equal(expiryOf(minutes(10, 3), 86_400), 3_600);
    assert.equal(expiryOf(minutes(30, 10), undefined), 7_200);
    assert.equal(expiryOf(minutes(60 * 24 * 30, 10), undefined), 604_800);
  });

  it("does not go back and forth at the edge of a step", () => {
    assert.equal(expiryOf(minutes(21, 10), 3_600), 7_200);
    assert.equal(expiryOf(minutes(19, 10), 3_600), 3_600);
    assert.equal(expiryOf(minutes(38, 10), 10_800), 10_800);
  });
});
