import assert from "node:assert/strict";
import { parseDevicePattern, parsePorts, type DevicePattern, type PortFilter } from "../../src/stack/filters";

type Good<T> = Extract<T, { readonly ok: true }>;

function devices(text: string): Good<DevicePattern> {
  const pattern = parseDevicePattern(text);
  assert.ok(pattern.ok);
  return pattern;
}

function ports(text: string): Good<PortFilter> {
  const filter = parsePorts(text);
  assert.ok(filter.ok);
  return filter;
}

const matching = (text: string, ids: readonly string[]): string[] => ids.filter(devices(text).matches);

describe("a list of devices", () => {
  const ids = ["door-1", "door-2", "Door-1", "valve", "my_v2_device"];

  it("lets all through when it is empty", () => {
    for (const text of ["", "  ", "*", "door-1, *", "**"]) {
      assert.deepEqual(matching(text, ids), ids, text);
      assert.equal(devices(text).exact, undefined);
      assert.equal(devices(text).text, "");
    }
  });

  it("differs between upper and lower case", () => {
    assert.deepEqual(matching("door-1", ids), ["door-1"]);
    assert.deepEqual(matching("Door-*", ids), ["Door-1"]);
  });

  it("ignores spaces around IDs and empty entries", () => {
    assert.deepEqual(devices(" door-1 ,valve,, ").exact, ["door-1", "valve"]);
    assert.equal(devices(" door-1 ,valve,, ").text, "door-1, valve");
    assert.deepEqual(matching(" door-1 ,\n valve,", ids), ["door-1", "valve"]);
  });

  it("takes a star for any number of characters", () => {
    assert.deepEqual(matching("door-*", ids), ["door-1", "door-2"]);
    assert.deepEqual(matching("*-1", ids), ["door-1", "Door-1"]);
    assert.deepEqual(matching("*oo*2", ids), ["door-2"]);
    assert.deepEqual(matching("valve*", ids), ["valve"]);
    assert.deepEqual(matching("d*, my_*", ids), ["door-1", "door-2", "my_v2_device"]);
    assert.equal(devices("door-1, v*").exact, undefined);
  });

  it("needs every part of a pattern in order and only once", () => {
    assert.deepEqual(matching("ab*ba", ["aba", "abba", "abxba"]), ["abba", "abxba"]);
    assert.deepEqual(matching("a*b*c", ["abc", "acb", "aXbYc", "a-c-b-c"]), ["abc", "aXbYc", "a-c-b-c"]);
    assert.deepEqual(matching("*a*a*", ["a", "aa", "bab-ab"]), ["aa", "bab-ab"]);
  });

  it("takes characters of regular expressions and prototypes for nothing special", () => {
    assert.equal(devices("__proto__").matches("constructor"), false);
    assert.equal(devices("constructor").matches("constructor"), true);
  });

  it("answers at once for many stars and a long name", () => {
    assert.equal(devices("*a".repeat(5000) + "*b").matches("a".repeat(20_000)), false);
  });

  it("says which part is wrong", () => {
    assert.deepEqual(parseDevicePattern("dev1, dev2 dev3"), {
      ok: false,
      problem: { part: "dev2 dev3", rule: "space" },
    });
    assert.deepEqual(parseDevicePattern("dev1, d.*"), {
      ok: false,
      problem: { part: "d.*", rule: "character", near: "d-*" },
    });
    assert.deepEqual(parseDevicePattern(","), { ok: false, problem: { part: ",", rule: "character" } });
  });
});

describe("a list of devices of The Things Stack", () => {
  for (const [text, part, near] of [
    ["eui-70B3D57ED0000001", "eui-70B3D57ED0000001", "eui-70b3d57ed0000001"],
    ["70B3D57ED0000001", "70B3D57ED0000001", "eui-70b3d57ed0000001"],
    ["dev-1, Dev1", "Dev1", "dev1"],
    ["dev_1", "dev_1", "dev-1"],
    ["-dev", "-dev", "dev"],
    ["dev--1", "dev--1", "dev-1"],
    ["-x", "-x", undefined],
    ["d", "d", undefined],
    ["x".repeat(37), "x".repeat(37), undefined],
    ["Door-*", "Door-*", "door-*"],
    ["*_*", "*_*", "*-*"],
    ["-*", "-*", undefined],
    ["*-", "*-", undefined],
    ["-a*", "-a*", "a*"],
    ["a--b*", "a--b*", "a-b*"],
    ["70B3D57ED0*", "70B3D57ED0*", "eui-70b3d57ed0*"],
    ["eui-70B3*", "eui-70B3*", "eui-70b3*"],
  ] as const) {
    it(`refuses ${text}, which can never match`, () => {
      const problem = { part, rule: "never", ...(near === undefined ? {} : { near }) };
      assert.deepEqual(parseDevicePattern(text, "v3"), { ok: false, problem });
    });
  }

  it("takes every pattern that can match", () => {
    for (const text of ["d*", "*-*", "*-1", "d-*", "door-*-*", "eui-*", "*a*b", "*, door-1", "7*", ""]) {
      assert.equal(parseDevicePattern(text, "v3").ok, true, text);
    }
  });

  it("takes what V2 has on V2, and nothing else", () => {
    for (const text of ["dev_1", "d1", "my_*", "*_*"])
      assert.equal(parseDevicePattern(text, "v2").ok, true, text);
    for (const text of ["d", "Dev_1", "_x", "a__b*", "a-_b", "*_"]) {
      assert.equal(parseDevicePattern(text, "v2").ok, false, text);
    }
  });
});

describe("a list of FPorts", () => {
  it("lets everything through when it is empty, frames without FPort as well", () => {
    for (const text of ["", "  "]) {
      assert.equal(ports(text).matches(undefined), true);
      assert.equal(ports(text).matches(0), true);
      assert.equal(ports(text).matches(223), true);
    }
  });

  it("takes numbers and ranges, with spaces anywhere between", () => {
    const { matches } = ports(" 1, 2 ,10 - 20,, 222 – 255");
    for (const port of [1, 2, 10, 15, 20, 223]) assert.equal(matches(port), true);
    for (const port of [0, 3, 9, 21, 221]) assert.equal(matches(port), false);
  });

  it("lets no frame without FPort through once a port is named", () => {
    assert.equal(ports("1-255").matches(undefined), false);
    assert.equal(ports("0-255").matches(undefined), false);
  });

  for (const [text, part, rule] of [
    ["1,x", "x", "port"],
    ["256", "256", "port"],
    ["1-256", "1-256", "port"],
    ["20-10", "20-10", "reversed"],
    ["1 2", "1 2", "port"],
    ["-1", "-1", "port"],
    ["1.5", "1.5", "port"],
    ["1-2-3", "1-2-3", "port"],
    ["*", "*", "port"],
    [",", ",", "port"],
    ["1e1", "1e1", "port"],
    ["0", "0", "never"],
    ["224", "224", "never"],
    ["1, 255", "255", "never"],
    ["224-255", "224-255", "never"],
    ["9".repeat(100), `${"9".repeat(39)}…`, "port"],
  ] as const) {
    it(`refuses ${text.slice(0, 20)}`, () =>
      assert.deepEqual(parsePorts(text), { ok: false, problem: { part, rule } }));
  }
});
