import assert from "node:assert/strict";
import { startSimulator } from "../../simulator/simulator";
import type { SimulatedDevice, Simulator } from "../../simulator/simulator";
import { exchanges } from "./fixtures";
import { Wire, connectPacket, messages, publishPacket, subscribePacket, topics } from "./wire";

const makeUplink = (): { f_port: number; frm_payload: string } => ({ f_port: 1, frm_payload: "gkHe" });
const JOIN_EUI = "70B3D57ED0000000";
const DEVICES: readonly SimulatedDevice[] = [
  { id: "plain", devEui: "70B3D57ED0000001", joinEui: JOIN_EUI, class: "A", joined: true, makeUplink },
  { id: "valve", devEui: "70B3D57ED0000005", joinEui: JOIN_EUI, class: "C", joined: true, makeUplink },
  {
    id: "never-joined",
    devEui: "70B3D57ED0000006",
    joinEui: JOIN_EUI,
    class: "A",
    joined: false,
    makeUplink,
  },
];

/** What differs from run to run. */
function withoutStamps(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replace(/:[0-9A-HJKMNP-TV-Z]{26}"/g, ':ULID"')
    .replace(/"(received_at|correlation_id|session_key_id|dev_addr)":"[^"]*"/g, '"$1":"…"');
  const parsed: unknown = JSON.parse(text);
  return parsed;
}

/** Whether `queued` has an address depends on how often the device joined before. */
function withoutAddress(value: unknown): unknown {
  return withoutStamps(JSON.parse(JSON.stringify(value).replace(/,"dev_addr":"\w*"/g, "")));
}

describe("a downlink to the simulator", () => {
  let simulator: Simulator;
  let wire: Wire;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: DEVICES });
    wire = await Wire.open(simulator.port);
    await wire.exchange(
      connectPacket({ userName: simulator.userName, password: simulator.apiKey }),
      subscribePacket(["#"]),
    );
  });
  afterEach(async () => {
    wire.destroy();
    await simulator.stop();
  });

  const push = (deviceId: string, ...downlinks: readonly object[]): Buffer =>
    publishPacket(`v3/app1/devices/${deviceId}/down/push`, JSON.stringify({ downlinks }), { qos: 1 });

  /** Times of the capture are past by now; what happens on the air comes later than 100 ms. */
  const comparable = exchanges.filter(
    ({ name, request }) =>
      DEVICES.some(({ id }) => request.topic.includes(`/devices/${id}/`)) &&
      !request.payload.includes("2026-") &&
      // Its `queued` of a second publish is in the capture, too.
      name !== "replace" &&
      name !== "replace while a confirmed one waits for its answer",
  );

  it("is compared with most of what was captured", () => {
    assert.ok(comparable.length > 50, String(comparable.length));
  });

  for (const { name, request, responses } of comparable) {
    it(`is answered as by the real server: ${name}`, async () => {
      const expected = responses.filter(({ topic }) => /down\/(?:queued|failed)$/.test(topic));
      const atOnce = expected.filter(({ topic, after_ms }) => topic.endsWith("queued") || after_ms < 50);
      const { packets } = await wire.exchange(publishPacket(request.topic, request.payload, { qos: 1 }));
      assert.equal(packets.at(-1)?.cmd, "puback");
      assert.deepEqual(
        topics(packets),
        atOnce.map(({ topic }) => topic.split("/").slice(3).join("/")),
      );
      const expectedMessages = atOnce.map(({ payload }) => payload);
      assert.deepEqual(withoutAddress(messages(packets)), withoutAddress(expectedMessages));
    });
  }

  it("waits in the queue of a class A device for its next uplink, which comes before `sent`", async () => {
    const item = { f_port: 15, frm_payload: "vu8=", priority: "NORMAL", correlation_ids: ["flow-1"] };
    await wire.exchange(push("plain", item));
    assert.equal(simulator.queue("plain").length, 1);
    simulator.uplink("plain");
    const { packets } = await wire.until((all) => all.length === 2);
    assert.deepEqual(topics(packets), ["plain/up", "plain/down/sent"]);
    const real = exchanges
      .find(({ name }) => name === "class A")
      ?.responses.find(({ topic }) => topic.endsWith("sent"));
    assert.deepEqual(withoutStamps(messages(packets)[1]), withoutStamps(real?.payload));
    assert.equal(simulator.queue("plain").length, 0);
  });

  it("is sent to a class C device at once", async () => {
    wire.send(
      push("valve", { f_port: 15, frm_payload: "vu8=", priority: "NORMAL", correlation_ids: ["now-1"] }),
    );
    const { packets } = await wire.until((all) => topics(all).length === 2);
    assert.deepEqual(topics(packets), ["valve/down/queued", "valve/down/sent"]);
    const real = exchanges
      .find(({ name }) => name === "class C")
      ?.responses.find(({ topic }) => topic.endsWith("sent"));
    assert.deepEqual(withoutStamps(messages(packets)[1]), withoutStamps(real?.payload));
  });

  it("is replaced and cleared without a word about what was there", async () => {
    const item = { f_port: 1, frm_payload: "AQ==" };
    await wire.exchange(push("plain", item, item));
    const replace = "v3/app1/devices/plain/down/replace";
    const one = JSON.stringify({ downlinks: [{ f_port: 2, frm_payload: "Ag==" }] });
    assert.deepEqual(topics((await wire.exchange(publishPacket(replace, one))).packets), [
      "plain/down/queued",
    ]);
    // Counters of what was cleared are not given back.
    assert.deepEqual(
      simulator.queue("plain").map(({ fPort, fCnt }) => [fPort, fCnt]),
      [[2, 3]],
    );
    assert.deepEqual((await wire.exchange(publishPacket(replace, "{}"))).packets, []);
    assert.equal(simulator.queue("plain").length, 0);
  });

  it("is announced without an address in a device's first session, later with that of the second", async () => {
    const address = async (): Promise<string | undefined> => {
      const { packets } = await wire.exchange(push("plain", { f_port: 1, frm_payload: "AQ==" }));
      return /"dev_addr":"(\w+)"/.exec(JSON.stringify(messages(packets)))?.[1];
    };
    const joined = async (): Promise<string | undefined> => {
      const join = JSON.stringify(simulator.join("plain"));
      await wire.exchange();
      return /"dev_addr":"(\w+)"/.exec(join)?.[1];
    };
    assert.equal(await address(), undefined);
    const second = await joined();
    assert.equal(await address(), second);
    await joined();
    assert.equal(await address(), second);
  });

  it("with class_b_c never leaves a class A device's queue and blocks what follows", async () => {
    await wire.exchange(
      push("plain", { f_port: 1, frm_payload: "AQ==", class_b_c: {} }),
      push("plain", { f_port: 2, frm_payload: "AQ==" }),
    );
    simulator.uplink("plain");
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.deepEqual(topics((await wire.exchange()).packets), ["plain/up"]);
    assert.equal(simulator.queue("plain").length, 2);
  });
});

describe("the door of the demo", () => {
  it("is unlocked by a downlink and says so at once", async () => {
    const simulator = await startSimulator();
    const wire = await Wire.open(simulator.port);
    await wire.exchange(
      connectPacket({ userName: simulator.userName, password: simulator.apiKey }),
      subscribePacket(["v3/+/devices/door/up", "v3/+/devices/door/down/sent"]),
    );
    const unlock = JSON.stringify({ downlinks: [{ f_port: 15, frm_payload: "AA==" }] });
    wire.send(publishPacket("v3/app1/devices/door/down/push", unlock));
    const { packets } = await wire.until((all) => all.length === 2);
    assert.deepEqual(topics(packets), ["door/down/sent", "door/up"]);
    assert.match(JSON.stringify(messages(packets)[1]), /"lock":"unlocked"/);
    wire.destroy();
    await simulator.stop();
  });
});
