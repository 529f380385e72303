import assert from "node:assert/strict";
import { nearestIdentifier } from "../../src/stack/nearestIdentifier";
import { nearestOf } from "../../src/stack/nearest";

describe("the nearest word", () => {
  const devices = ["valve", "valve-2", "door-1", "door-2", "lamp"];

  it("is one with a letter missing, too many, wrong, or swapped with the next", () => {
    for (const word of ["valv", "vallve", "valbe", "vavle", "Valve", "val-ve"]) {
      assert.deepEqual(nearestOf(word, devices), ["valve"], word);
    }
  });

  it("is none where none is near", () => {
    for (const word of ["thermometer", "", " ", "v", "x".repeat(1e6)]) {
      assert.deepEqual(nearestOf(word, devices), []);
    }
  });

  it("is several where more are wanted, the nearest first", () => {
    assert.deepEqual(nearestOf("valv", devices, 3), ["valve", "valve-2"]);
    assert.deepEqual(nearestOf("door-3", devices, 2), ["door-1", "door-2"]);
  });

  it("may be a longer one that begins or ends so", () => {
    assert.deepEqual(nearestOf("prio", ["f_port", "priority"]), ["priority"]);
    assert.deepEqual(nearestOf("payload", ["frm_payload"]), ["frm_payload"]);
  });

  it("is found among ten thousand that begin alike", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `sensor-building-${index}`);
    assert.deepEqual(nearestOf("sensor-biulding-4711", many), ["sensor-building-4711"]);
  });
});

describe("the nearest ID", () => {
  for (const [text, near] of [
    ["Door_1", "door-1"],
    [" My Sensor (2) ", "my-sensor-2"],
    ["Tür-1", "tur-1"],
    ["70B3D57ED0000001", "eui-70b3d57ed0000001"],
    ["70:B3:D5:7E:D0:00:00:01", "eui-70b3d57ed0000001"],
    ["70-B3-D5-7E-D0-00-00-01", "eui-70b3d57ed0000001"],
    ["70 B3 D5 7E D0 00 00 01", "eui-70b3d57ed0000001"],
    ["0x70B3D57ED0000001", "eui-70b3d57ed0000001"],
    ["eui-70:B3:D5:7E:D0:00:00:01", "eui-70b3d57ed0000001"],
    ["EUI-70B3D57ED0000001", "eui-70b3d57ed0000001"],
    ["DevEUI: 70B3D57ED0000001", "eui-70b3d57ed0000001"],
    ["v3/fieldapp/devices/abp1/up", "abp1"],
    ["v3/fieldapp@ttn/devices/abp1/down/push", "abp1"],
    ["v3/fieldapp@ttn/devices/Abp_1/#", "abp-1"],
    ["fieldapp/devices/abp1/up", "abp1"],
    ["devices/abp1", "abp1"],
    ["/abp1/", "abp1"],
    ["app1/abp1", "abp1"],
    ["abp1/up", "abp1"],
    ["abp1@ttn", "abp1"],
    ["fieldapp.abp1@ttn", "abp1"],
    ["Abp1@ttn", "abp1"],
    ["https://eu1.cloud.thethings.network/console/applications/app1/devices/abp1", "abp1"],
    [
      "https://eu1.cloud.thethings.network/console/applications/app1/devices/abp1/general-settings?a=b#c",
      "abp1",
    ],
    ['"abp1"', "abp1"],
    ["'Abp1'", "abp1"],
    ['{"device_id":"abp1","application_ids":{}}', "abp1"],
    ["Abp 1", "abp-1"],
    ["abp.1", "abp-1"],
    ["door/1", "door-1"],
    ["dev--1", "dev-1"],
  ] as const) {
    it(`for ${text} is ${near}`, () => assert.equal(nearestIdentifier(text), near));
  }

  it("is none where nothing can be made of a text, or it is right", () => {
    for (const text of ["", "--", "ab", "door-1", "[object Object]", "ä".repeat(1e6)]) {
      assert.equal(nearestIdentifier(text), undefined);
    }
  });

  it("keeps the underscores of V2", () => assert.equal(nearestIdentifier("Door_1", "v2"), "door_1"));
});
