import assert from "node:assert/strict";
import type { Suggestion, Suggestions } from "../../src/account/suggestions";
import type { Preview } from "../../nodes/tts-uplink/admin/preview";
import type { Simulator } from "../../simulator/simulator";
import {
  connection,
  receiving,
  running,
  simulated,
  sink,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
  type Flows,
} from "./nodeRed";

const ROUTE = "/tts-connection/connection/suggestions";
const PREVIEW = "/tts-uplink/connection/last-message";
const OPEN = { open: true, battery: 3.1 };

async function ask(flows: Flows, list: string, query: object = {}): Promise<Suggestions> {
  const { status, body } = await flows.get(ROUTE, { list, ...query });
  assert.equal(status, 200);
  return body as Suggestions;
}

const offered = async (flows: Flows, list: string, query: object = {}): Promise<string[]> =>
  (await ask(flows, list, query)).items.map(({ value }) => value);

async function previewed(flows: Flows, settings: object = {}): Promise<Preview> {
  const { status, body } = await flows.get(PREVIEW, { ...settings });
  assert.equal(status, 200);
  return body as Preview;
}

/** Publishes uplinks, and waits until each has come out. */
async function sent(
  simulator: Simulator,
  flows: Flows,
  uplinks: readonly (readonly [string, object])[],
): Promise<void> {
  for (const [deviceId, body] of uplinks) {
    simulator.publish("uplink_message", deviceId, body);
    await flows.next("all");
  }
}

/** An uplink node that lets everything out, beside the one that a test is about. */
const everything = [uplink({ emptyFrames: true, wires: [["all"]] }, "other"), sink("all")];

async function seeing(uplinks: readonly (readonly [string, object])[]) {
  const simulator = await simulated();
  const flows = await receiving(simulator, [tab(), connection(simulator), ...everything]);
  await sent(simulator, flows, uplinks);
  return { simulator, flows };
}

describe("the suggestions for the forms", () => {
  withNodeRed();

  describe("of devices", () => {
    it("have the EUI and how long ago, the latest first", async () => {
      const { flows, simulator } = await seeing([
        ["thermometer", { f_port: 1 }],
        ["door", { f_port: 1 }],
      ]);
      const { items, more, devicesSeen, state } = await ask(flows, "devices");
      assert.deepEqual(
        items.map(({ value }) => value),
        ["door", "thermometer"],
      );
      assert.match(items[0]?.eui ?? "", /^[0-9A-F]{16}$/);
      assert.ok(items.every(({ ago = -1 }) => ago >= 0 && ago < 60_000));
      assert.deepEqual({ more, devicesSeen, state }, { more: 0, devicesSeen: 2, state: "connected" });
      assert.ok(!JSON.stringify(items).includes(simulator.apiKey));
    });

    it("fit what is typed: a part of the ID in any case, a pattern, an EUI also in pairs", async () => {
      const { flows } = await seeing(
        ["thermometer", "valve-1", "my-door", "door-1"].map((id) => [id, { f_port: 1 }]),
      );
      assert.deepEqual(await offered(flows, "devices", { typed: "DOOR" }), ["door-1", "my-door"]);
      assert.deepEqual(await offered(flows, "devices", { typed: "*-1" }), ["door-1", "valve-1"]);
      assert.deepEqual(await offered(flows, "devices", { typed: "nothing" }), []);
      const [door] = (await ask(flows, "devices", { typed: "thermometer" })).items;
      const inPairs = (door?.eui ?? "").toLowerCase().match(/../g)?.join(":") ?? "";
      assert.equal(inPairs.length, 23);
      assert.deepEqual(await offered(flows, "devices", { typed: inPairs }), ["thermometer"]);
    });

    it("are few, however many there are, and come quickly", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, [
        ...[tab(), connection(simulator), sink()],
        uplink({ devices: "last" }),
      ]);
      const topic = "v3/app1/devices/";
      const payload = { uplink_message: {} };
      for (let index = 0; index < 9_900; index++) {
        simulator.replay({ topic: `${topic}device-${index}/up`, payload });
        if (index % 50 < 49) continue;
        // As the stack itself, the simulator drops what a reader is too slow for.
        simulator.publish("uplink_message", "last", { f_port: 1, frm_payload: "AQ==" });
        await flows.next();
      }
      const started = performance.now();
      const { items, more } = await ask(flows, "devices", { typed: "device-77" });
      assert.ok(performance.now() - started < 2_000);
      assert.deepEqual([items.length, more], [20, 91]);
      assert.ok(items.every(({ value }) => value.startsWith("device-77")));
      assert.ok(JSON.stringify(await ask(flows, "devices")).length < 5_000);
    });

    it("whose messages nobody reads are names from the topic", async () => {
      const simulator = await simulated();
      const flows = await receiving(simulator, [
        ...[tab(), connection(simulator), sink()],
        uplink({ devices: "door" }),
      ]);
      simulator.publish("uplink_message", "thermometer", { f_port: 7, frm_payload: "AQ==" });
      simulator.publish("uplink_message", "door", { f_port: 1, frm_payload: "AQ==" });
      await flows.next();
      const { items } = await ask(flows, "devices", { typed: "thermometer" });
      assert.deepEqual(
        items.map(({ value, eui }) => [value, eui]),
        [["thermometer", undefined]],
      );
      assert.deepEqual(await offered(flows, "ports"), ["1"]);
      const preview = await previewed(flows, { devices: "thermometer" });
      assert.deepEqual(preview, { outcome: "none", isSeen: true, state: "connected" });
    });
  });

  it("of FPorts are those of the devices in the form, in order", async () => {
    const { flows } = await seeing([
      ["door", { f_port: 20 }],
      ["door", { f_port: 3 }],
      ["door", {}],
      ["valve", { f_port: 2 }],
    ]);
    assert.deepEqual(await offered(flows, "ports"), ["2", "3", "20"]);
    assert.deepEqual(await offered(flows, "ports", { devices: "door" }), ["3", "20"]);
    assert.deepEqual(await offered(flows, "ports", { typed: "2" }), ["2", "20"]);
    const [port] = (await ask(flows, "ports", { typed: "3" })).items;
    assert.equal(port?.deviceId, "door");
    assert.deepEqual(await offered(flows, "ports", { devices: "door door" }), []);
  });

  it("of fields are those of the devices and FPorts in the form, with the latest value", async () => {
    const { flows } = await seeing([
      ["door", { f_port: 1, decoded_payload: { open: false, old: 1 } }],
      ["door", { f_port: 1, decoded_payload: { open: true } }],
      ["door", { f_port: 2, decoded_payload: { gps: { lat: 52.37 } } }],
      ["valve", { f_port: 1, decoded_payload: { "flow rate": 7 } }],
    ]);
    const pairs = (items: readonly Suggestion[]) => items.map(({ value, sample }) => `${value} ${sample}`);
    const door = await ask(flows, "fields", { devices: "do*" });
    assert.deepEqual(pairs(door.items), ["gps.lat 52.37", "open true"]);
    assert.deepEqual(pairs((await ask(flows, "fields", { ports: "1" })).items), [
      '"flow rate" 7',
      "open true",
    ]);
    assert.deepEqual(await offered(flows, "fields", { typed: "LAT" }), ["gps.lat"]);
  });

  it("of gateways have the signal with which they heard a device last", async () => {
    const heard = (gateway_id: string, rssi: unknown) => ({ gateway_ids: { gateway_id }, rssi });
    const { flows } = await seeing([
      ["door", { f_port: 1, rx_metadata: [heard("roof", -80), heard("packetbroker", -60)] }],
      ["door", { f_port: 2, rx_metadata: [heard("roof", -90), heard("cellar", "NaN"), {}] }],
      ["valve", { f_port: 1, rx_metadata: [heard("attic", -50)] }],
    ]);
    const of = async (query: object) =>
      (await ask(flows, "gateways", query)).items.map(({ value, rssi }) => [value, rssi]);
    assert.deepEqual(await of({ devices: "door" }), [
      ["roof", -90],
      ["cellar", undefined],
    ]);
    assert.deepEqual(await of({ typed: "att" }), [["attic", -50]]);
  });

  it("are the names as they are, and no properties of JavaScript's", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const { flows } = await seeing([
      [
        "__proto__",
        { f_port: 1, decoded_payload: JSON.parse(`{"__proto__":{"a":1},"${name}":"${name}"}`) as object },
      ],
    ]);
    assert.deepEqual(await offered(flows, "devices"), ["__proto__"]);
    assert.deepEqual(await offered(flows, "fields"), ["__proto__.a", `"${name}"`]);
  });

  it("outlive a deploy", async () => {
    const { flows, simulator } = await seeing([["door", { f_port: 1, decoded_payload: OPEN }]]);
    await flows.deploy("full", [tab(), connection(simulator), ...everything]);
    assert.deepEqual(await offered(flows, "devices"), ["door"]);
    assert.deepEqual(await offered(flows, "fields"), ["open", "battery"]);
  });

  describe("are refused", () => {
    it("for a connection that is not deployed, and for a node that is none", async () => {
      const flows = await running([tab(), connection(undefined), sink()]);
      for (const id of ["nowhere", "out", "__proto__"]) {
        const list = "devices";
        assert.equal((await flows.get(`/tts-connection/${id}/suggestions`, { list })).status, 404, id);
        assert.equal((await flows.get(`/tts-uplink/${id}/last-message`)).status, 404, id);
      }
    });

    it("for a list that there is not, or a form that is not valid", async () => {
      const flows = await running([tab(), connection(undefined), sink()]);
      for (const list of ["", "secrets", "__proto__"])
        assert.equal((await flows.get(ROUTE, { list })).status, 400);
      for (const wrong of [
        { output: "x" },
        { ports: "1000" },
        { devices: "a b" },
        { output: "field", field: "a..b" },
      ])
        assert.deepEqual(await previewed(flows, wrong), { outcome: "not_valid" });
    });
  });

  it("are none, without a word of complaint, where no node uses the connection, and whatever the query", async () => {
    const flows = await running([tab(), connection(undefined), sink()]);
    assert.deepEqual(await ask(flows, "devices"), { items: [], more: 0, devicesSeen: 0, state: "unused" });
    assert.deepEqual(await previewed(flows), { outcome: "none", isSeen: false, state: "unused" });
    const { status } = await flows.get(`${ROUTE}?list=devices&typed[a]=1&typed[b]=2&devices=1&devices=2`);
    assert.equal(status, 200);
    await ask(flows, "devices", { typed: "(((".repeat(1_000) });
  });
});

describe("the preview in the form of an uplink node", () => {
  withNodeRed();

  it("is what the last message would have been with these settings", async () => {
    const { flows } = await seeing([
      ["valve", { f_port: 1, frm_payload: "AQ==" }],
      ["door", { f_port: 2, frm_payload: "AQI=", decoded_payload: OPEN }],
    ]);
    const last = await previewed(flows);
    assert.ok(last.outcome === "sent" && !last.fields.includes("payload") && last.fields.includes("radio"));
    assert.ok(Math.abs(last.at - Date.now()) < 60_000);
    assert.deepEqual([last.deviceId, last.fPort], ["door", 2]);
    assert.deepEqual(last.payload, { is: "json", text: JSON.stringify(OPEN), isCut: false });
    const payloadOf = async (settings: object): Promise<object> => {
      const preview = await previewed(flows, settings);
      assert.ok(preview.outcome === "sent");
      return preview.payload;
    };
    const bytes = { is: "bytes", length: 2, hex: "0102", isCut: false };
    assert.deepEqual(await payloadOf({ output: "bytes" }), bytes);
    assert.deepEqual(await payloadOf({ output: "normalized" }), bytes, "sent instead");
    assert.deepEqual(await payloadOf({ devices: "valve" }), { ...bytes, length: 1, hex: "01" });
    assert.deepEqual(await payloadOf({ ports: "1" }), { ...bytes, length: 1, hex: "01" });
    assert.deepEqual(await payloadOf({ output: "field", field: "battery" }), {
      is: "json",
      text: "3.1",
      isCut: false,
    });
    const row = await payloadOf({ output: "flat" });
    assert.match(
      String(Reflect.get(row, "text")),
      /^\{"time":\d+,"device":"door","f_port":2,"f_cnt":0,"open":true/,
    );
    const v2 = await previewed(flows, { shape: "v2" });
    assert.ok(v2.outcome === "sent" && v2.fields.includes("payload_fields"));
  });

  it("says when nothing would be sent, and why", async () => {
    const { flows } = await seeing([
      ["door", { f_port: 2, frm_payload: "AQI=" }],
      ["lost", { f_port: 2, decoded_payload: { latitude: 0, longitude: 0 } }],
      ["quiet", {}],
    ]);
    const outcomeOf = async (settings: object): Promise<string> => (await previewed(flows, settings)).outcome;
    assert.equal(await outcomeOf({ devices: "door", missing: "skip" }), "missing");
    assert.equal(await outcomeOf({ devices: "door", missing: "error" }), "error");
    assert.equal(await outcomeOf({ devices: "quiet" }), "empty_frame");
    assert.equal(await outcomeOf({ devices: "quiet", emptyFrames: "true" }), "sent");
    assert.equal(await outcomeOf({ devices: "quiet", emptyFrames: "true", missing: "skip" }), "missing");
    const place = await previewed(flows, { output: "location", missing: "skip", devices: "lost" });
    assert.deepEqual([place.outcome, Reflect.get(place, "lacks")], ["missing", "no-fix"]);
    const passed = await previewed(flows, { devices: "door, quiet" });
    assert.ok(passed.outcome === "sent" && passed.deviceId === "door", "of a message with a payload");
    assert.deepEqual(await previewed(flows, { ports: "99" }), {
      outcome: "none",
      isSeen: true,
      state: "connected",
    });
    assert.deepEqual(await previewed(flows, { devices: "nobody" }), {
      outcome: "none",
      isSeen: false,
      state: "connected",
    });
  });

  it("is bounded, and shows no session key", async () => {
    const key = { key: "00112233445566778899AABBCCDDEEFF" };
    const decoded_payload = { text: "x".repeat(20_000) };
    const { flows } = await seeing([
      ["door", { f_port: 1, decoded_payload, frm_payload: Buffer.alloc(222).toString("base64") }],
      ["keys", { f_port: 1, app_s_key: key, frm_payload: "AQ==" }],
    ]);
    const long = await previewed(flows, { devices: "door" });
    assert.ok(long.outcome === "sent" && long.payload.is === "json");
    assert.deepEqual([long.payload.text.length, long.payload.isCut], [1_000, true]);
    const bytes = await previewed(flows, { devices: "door", output: "bytes" });
    assert.ok(bytes.outcome === "sent" && bytes.payload.is === "bytes");
    assert.deepEqual([bytes.payload.hex.length, bytes.payload.length, bytes.payload.isCut], [102, 222, true]);
    const whole = await previewed(flows, { devices: "keys", output: "message" });
    assert.ok(whole.outcome === "sent" && whole.payload.is === "json");
    assert.match(whole.payload.text, /"frm_payload":"AQ=="/);
    assert.ok(!JSON.stringify(whole).includes(key.key));
  });

  it("is what a flow then gets", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, [...uplinkFlow(simulator, { output: "field", field: "open" })]);
    simulator.publish("uplink_message", "door", { f_port: 1, decoded_payload: OPEN });
    const { payload } = await flows.next();
    const preview = await previewed(flows, { output: "field", field: "open" });
    assert.ok(preview.outcome === "sent" && preview.payload.is === "json");
    assert.equal(preview.payload.text, JSON.stringify(payload));
  });
});
