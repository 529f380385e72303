import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { STACK_KINDS, TOPIC_OF_KIND } from "../../src/stack/kinds";
import { openTarget, TARGET, type Target } from "./target";
import { capturedBodies, newMark, serviceOf, simulate, trySimulate } from "./traffic";
import { destroyWires, Wire } from "./wire";

/** Members that the server fills in from the device's registration. */
const OF_THE_DEVICE: ReadonlySet<string> = new Set(["locations", "version_ids", "network_ids", "attributes"]);

describe(`messages that ${TARGET} simulates`, () => {
  let target: Target;
  let wire: Wire;
  before(async () => {
    target = await openTarget();
    wire = await Wire.login(target);
    await wire.subscribe(["#"]);
  });
  after(async () => {
    destroyWires();
    await target.close();
  });

  for (const kind of STACK_KINDS) {
    it(`come as ${kind}, each on its topic and as our decoder wants it`, async () => {
      const service = serviceOf(target);
      for (const { name, body } of capturedBodies(kind)) {
        const mark = await simulate(target, kind, body);
        const topic = `v3/${target.userName}/devices/${target.device}/${TOPIC_OF_KIND[kind]}`;
        const { payload } = await wire.messageOn(topic, mark);

        const classified = service.classify(topic);
        assert.ok(classified.what === "message", name);
        assert.deepEqual(classified.kinds, [kind]);
        const { origin } = classified;
        assert.deepEqual(
          [origin?.applicationId, origin?.tenantId, origin?.deviceId],
          [target.applicationId, target.tenantId, target.device],
        );

        const decoded = service.decode(classified, payload);
        assert.ok(decoded.ok, `${name}: ${JSON.stringify(decoded)}`);
        const { message } = decoded.received;
        assert.equal(decoded.received.kind, kind);
        assert.equal(message.end_device_ids.device_id, target.device);
        assert.equal(message.end_device_ids.application_ids?.application_id, target.applicationId);
        assert.ok(!Number.isNaN(Date.parse(message.received_at ?? "")), "received_at");
        assert.equal(message.simulated, true);

        const received = new Map<string, unknown>(Object.entries(bodyOf(message, kind)));
        for (const [member, value] of Object.entries(body)) {
          if (!OF_THE_DEVICE.has(member))
            assert.ok(isDeepStrictEqual(received.get(member), value), `${name}: ${member}`);
        }
      }
    });
  }

  it("have each of an uplink's measurements as up/normalized of its own besides", async () => {
    const normalized_payload = [{ air: { temperature: 20.5 } }, { air: { relativeHumidity: 48 } }];
    const mark = await simulate(target, "uplink_message", uplink({ normalized_payload }));
    await wire.message(mark, 3);
    const bodies = wire.messages(mark).map(({ topic, payload }) => {
      const message: unknown = JSON.parse(payload.toString());
      assert.ok(typeof message === "object" && message !== null);
      const kind = topic.endsWith("/normalized") ? "uplink_normalized" : "uplink_message";
      return new Map<string, unknown>(Object.entries(bodyOf(message, kind))).get("normalized_payload");
    });
    for (const expected of [normalized_payload, ...normalized_payload])
      assert.ok(
        bodies.some((found) => isDeepStrictEqual(found, expected)),
        JSON.stringify(expected),
      );
  });

  it("are not made of what is none", async () => {
    const wrong = [{}, { uplink_message: { f_port: 1 } }, { join_accept: { session_key_id: "AQ==" } }];
    const mark = newMark();
    for (const message of wrong) {
      const reply = await trySimulate(target, { correlation_ids: [mark], ...message });
      assert.equal("status" in reply && reply.status, 400, JSON.stringify(message));
    }
    await wire.message(await simulate(target, "uplink_message"));
    assert.deepEqual(wire.messages(mark), []);
  });

  it("need the right to write uplinks", async function () {
    const apiKey = target.given(this, "TTS_READ_KEY");
    const reply = await trySimulate(target, { uplink_message: uplink({}) }, { apiKey });
    assert.equal("status" in reply && reply.status, 403);
  });
});

const uplink = (more: object): object => ({
  f_port: 2,
  frm_payload: "AQI=",
  settings: { data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } }, frequency: "868100000" },
  ...more,
});

function bodyOf(message: object, kind: string): object {
  const body: unknown = Object.entries(message).find(([key]) => key === kind)?.[1];
  assert.ok(typeof body === "object" && body !== null, kind);
  return body;
}
