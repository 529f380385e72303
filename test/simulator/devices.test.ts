import assert from "node:assert/strict";
import { startSimulator } from "../../simulator/simulator";
import type { Simulator } from "../../simulator/simulator";
import { isObject } from "../../simulator/downlink/json";
import { captures } from "./fixtures";
import { Wire, messages, subscribePacket, topics } from "./wire";

/** Real, but not of the devices that were captured with this kind. */
const seldom = /\.channel_index|_normalized\.locations\.user/;

/** Every member there is, as a path with the type of its value; what a formatter made is left out. */
function paths(value: unknown, at = ""): string[] {
  if (/(?:decoded|normalized)_payload$/.test(at)) return [];
  if (Array.isArray(value)) return value.flatMap((item) => paths(item, `${at}[]`));
  if (isObject(value)) return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`));
  return [`${at}: ${typeof value}`];
}

describe("the simulated devices", () => {
  let simulator: Simulator;
  let wire: Wire;
  beforeEach(async () => {
    simulator = await startSimulator();
    wire = await Wire.login(simulator.port, { userName: simulator.userName, password: simulator.apiKey });
    await wire.exchange(subscribePacket(["#"]));
  });
  afterEach(async () => {
    wire.destroy();
    await simulator.stop();
  });

  it("send measurements before, and a position after their uplink", async () => {
    simulator.uplink("thermometer");
    simulator.uplink("tracker");
    assert.deepEqual(topics((await wire.exchange()).packets), [
      "thermometer/up/normalized",
      "thermometer/up",
      "tracker/up",
      "tracker/location/solved",
    ]);
  });

  it("have no member that a real message has not, and all that every real one has", async () => {
    const kinds = {
      uplink: "/up",
      "uplink-normalized": "/up/normalized",
      join: "/join",
      "location-solved": "/location/solved",
    };
    simulator.join("thermometer");
    for (let n = 0; n < 3; n++) for (const id of ["thermometer", "tracker", "door"]) simulator.uplink(id);
    const { packets } = await wire.exchange();
    const names = topics(packets);
    const sent = messages(packets);
    for (const [kind, end] of Object.entries(kinds)) {
      const real = captures(kind)
        .filter(({ origin }) => origin === "radio")
        .map(({ payload }) => new Set(paths(payload)));
      const ever = new Set(real.flatMap((each) => [...each]));
      const always = [...ever].filter((path) => real.every((each) => each.has(path)));
      for (const [index, message] of sent.entries()) {
        if (!names[index]?.endsWith(end)) continue;
        const here = paths(message);
        assert.deepEqual(
          here.filter((path) => !ever.has(path) && !seldom.test(path)),
          [],
          kind,
        );
        assert.deepEqual(
          always.filter((path) => !here.includes(path) && !/f_cnt|altitude/.test(path)),
          [],
          kind,
        );
      }
    }
  });

  it("count their frames, and from zero again after a join, with a new address", async () => {
    const first = [simulator.uplink("door"), simulator.uplink("door"), simulator.uplink("door")];
    const join = simulator.join("door");
    const later = simulator.uplink("door");
    const address = (message: unknown): string =>
      /"dev_addr":"(\w{8})"/.exec(JSON.stringify(message))?.[1] ?? "";
    const counter = (message: unknown): string | undefined =>
      /"f_cnt":(\d+)/.exec(JSON.stringify(message))?.[1];
    assert.deepEqual(first.map(counter), [undefined, "1", "2"]);
    assert.equal(counter(later), undefined);
    assert.notEqual(address(first[0]), address(join));
    assert.equal(address(join), address(later));
    assert.match(JSON.stringify(join), /"join_accept":\{"session_key_id":"[^"]{24}","received_at":/);
    assert.equal(topics((await wire.exchange()).packets).filter((topic) => topic === "door/join").length, 1);
  });

  it("join before their first uplink where they must", async () => {
    simulator.addDevice({
      id: "new-one",
      devEui: "70B3D57ED00510FF",
      joinEui: "70B3D57ED0000000",
      class: "A",
      joined: false,
      makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
    });
    simulator.uplink("new-one");
    assert.deepEqual(topics((await wire.exchange()).packets), ["new-one/join", "new-one/up"]);
  });

  it("send what a test gives instead of their own", async () => {
    const message = simulator.uplink("door", {
      f_port: 9,
      frm_payload: "AQ==",
      decoded_payload: { a: "<&>" },
      confirmed: true,
    });
    assert.match(
      JSON.stringify(message),
      /"f_port":9,"frm_payload":"AQ==","confirmed":true,"decoded_payload":\{"a":"<&>"\}/,
    );
    const [received] = (await wire.exchange()).packets;
    // As Go writes it.
    assert.ok(
      received?.cmd === "publish" && received.payload.toString().includes(String.raw`"\u003c\u0026\u003e"`),
    );
  });

  it("have values that change and stay plausible", () => {
    const temperatures = Array.from(
      { length: 50 },
      () => /"temperature":([\d.]+)\}/.exec(JSON.stringify(simulator.uplink("thermometer")))?.[1],
    );
    assert.ok(new Set(temperatures).size > 20);
    assert.ok(temperatures.every((text) => Number(text) > 15 && Number(text) < 27));
    const positions = Array.from(
      { length: 10 },
      () =>
        /"decoded_payload":\{"altitude":\d+,"latitude":([\d.]+)/.exec(
          JSON.stringify(simulator.uplink("tracker").uplink_message),
        )?.[1],
    );
    assert.equal(new Set(positions).size, 10);
  });

  it("send in turn on a schedule until it is stopped", async () => {
    simulator.startSchedule(5);
    const { packets } = await wire.until(
      (all) => topics(all).filter((topic) => topic.endsWith("/up")).length >= 6,
    );
    simulator.stopSchedule();
    const order = topics(packets).filter((topic) => topic.endsWith("/up"));
    assert.deepEqual(order.slice(0, 6), [...order.slice(0, 3), ...order.slice(0, 3)]);
    assert.equal(new Set(order).size, 3);
  });

  it("join soon on a schedule, each of them, before an uplink", async () => {
    simulator.startSchedule(5);
    const { packets } = await wire.until(
      (all) => topics(all).filter((topic) => topic.endsWith("/join")).length >= 3,
    );
    simulator.stopSchedule();
    const uplinks = topics(packets).filter((topic) => topic.endsWith("/up")).length;
    assert.ok(uplinks <= 6, `${uplinks} uplinks before`);
  });

  it("are heard by all kinds of messages that a test publishes", async () => {
    simulator.publish("downlink_ack", "door", { f_port: 1 }, { correlation_ids: ["b", "a"] });
    simulator.publish("service_data", "unknown-device", { service: "x" });
    const { packets } = await wire.exchange();
    assert.deepEqual(topics(packets), ["door/down/ack", "unknown-device/service/data"]);
    assert.deepEqual(messages(packets)[0]?.correlation_ids, ["a", "b"]);
  });
});
