import assert from "node:assert/strict";
import { STACK_KINDS } from "../../src/stack/kinds";
import { commonFields } from "../../src/stack/summary";
import { captured, capturesOf, received, uplink } from "./fixtures";

const ARRIVED = Date.UTC(2026, 10, 21, 7);

describe("the common fields", () => {
  it("are those of the message and its topic", () => {
    const joined = captured("uplink_message", "first uplink after join");
    const origin = { deviceId: "plain", applicationId: "app1" };
    assert.deepEqual(commonFields(joined, joined.topic, origin, ARRIVED), {
      topic: "v3/app1/devices/plain/up",
      deviceId: "plain",
      device: {
        id: "plain",
        eui: "70B3D57ED0000001",
        joinEui: "70B3D57ED0000000",
        addr: "01B86D13",
        applicationId: "app1",
        brand: "the-things-products",
        model: "the-things-uno",
        firmware: "quickstart",
        location: { latitude: 37.97, longitude: 23.72, altitude: 10 },
      },
      receivedAt: "2026-11-20T21:01:09.648724680Z",
      time: Date.UTC(2026, 10, 20, 21, 1, 9, 648),
      correlationIds: [
        "gs:uplink:01M7XC6PY45MTX0XDMWP5PSAN8",
        "rpc:/ttn.lorawan.v3.GsNs/HandleUplink:01M7XC6PY563ZQG6D3M8A6AVWD",
        "rpc:/ttn.lorawan.v3.NsAs/HandleUplink:01M7XC6Q4G4H32KTAV4RKYDZKP",
      ],
      tts: joined.message,
    });
  });

  it("have only what a personalised or never joined device has", () => {
    const personalised = captured("uplink_message", "personalized device, first uplink");
    assert.deepEqual(commonFields(personalised, "", {}, ARRIVED).device, {
      id: "fixed",
      addr: "00E4304D",
      applicationId: "app1",
    });
    const bare = commonFields(uplink({}), "", {}, ARRIVED);
    assert.deepEqual(bare.device, { id: "dev1" });
    assert.deepEqual(Object.keys(bare).sort(), [
      "correlationIds",
      "device",
      "deviceId",
      "receivedAt",
      "time",
      "topic",
      "tts",
    ]);
    assert.deepEqual(bare.correlationIds, []);
  });

  it("mark simulated messages only", () => {
    assert.equal(
      commonFields(captured("uplink_message", "uplink from the console"), "", {}, ARRIVED).simulated,
      true,
    );
    assert.ok(!("simulated" in commonFields(uplink({}, { simulated: false }), "", {}, ARRIVED)));
  });

  it("believe the topic more than the body, and the body where the topic is silent", () => {
    const message = received(
      {
        end_device_ids: { device_id: "body", application_ids: { application_id: "body-app" } },
        join_accept: {},
      },
      "join_accept",
    );
    const { device, deviceId } = commonFields(
      message,
      "",
      { deviceId: "dev1", applicationId: "app1", tenantId: "ttn" },
      ARRIVED,
    );
    assert.deepEqual([deviceId, device], ["dev1", { id: "dev1", applicationId: "app1", tenantId: "ttn" }]);
    assert.deepEqual(commonFields(message, "", { applicationId: "" }, ARRIVED).device, {
      id: "body",
      applicationId: "body-app",
    });
  });

  it("have EUIs in upper case and nothing for empty ones", () => {
    const ids = { device_id: "dev1", dev_eui: "70b3d57ed0000abc", join_eui: "", dev_addr: "01b86d13" };
    assert.deepEqual(commonFields(uplink({}, { end_device_ids: ids }), "", {}, ARRIVED).device, {
      id: "dev1",
      eui: "70B3D57ED0000ABC",
      addr: "01B86D13",
    });
  });

  for (const [sent, time] of [
    ["2026-11-20T21:01:09Z", Date.UTC(2026, 10, 20, 21, 1, 9)],
    ["2026-11-20T21:01:09.9999999Z", Date.UTC(2026, 10, 20, 21, 1, 9, 999)],
    ["2026-11-20T23:01:09+02:00", Date.UTC(2026, 10, 20, 21, 1, 9)],
  ] as const) {
    it(`read the time ${sent}`, () => {
      const { receivedAt, time: ms } = commonFields(uplink({}, { received_at: sent }), "", {}, ARRIVED);
      assert.deepEqual([receivedAt, ms], [sent, time]);
    });
  }

  for (const sent of [undefined, "", "yesterday", "1", "2026-13-45T00:00:00Z", "2026-11-20 21:01:09"]) {
    it(`have the time of arrival in place of ${String(sent)}`, () => {
      const { receivedAt, time } = commonFields(
        uplink({}, sent === undefined ? {} : { received_at: sent }),
        "",
        {},
        ARRIVED,
      );
      assert.deepEqual([receivedAt, time], ["2026-11-21T07:00:00.000Z", ARRIVED]);
    });
  }

  it("have a list of correlation IDs of their own", () => {
    const message = captured("downlink_ack", "class A, confirmed");
    commonFields(message, "", {}, ARRIVED).correlationIds.push("mine");
    assert.ok(!message.message.correlation_ids?.includes("mine"));
  });

  for (const kind of STACK_KINDS) {
    it(`are there for every captured ${kind}`, () => {
      for (const { name, payload, topic } of capturesOf(kind)) {
        const { device, receivedAt, time, tts } = commonFields(received(payload, kind), topic, {}, ARRIVED);
        assert.match(receivedAt, /^2026-11-20T/, name);
        assert.equal(new Date(time).toISOString().slice(0, 19), receivedAt.slice(0, 19));
        assert.equal(device.applicationId, "app1");
        assert.ok(Object.values(device).every((value) => value !== undefined && value !== ""));
        assert.deepEqual(tts, payload);
      }
    });
  }
});
