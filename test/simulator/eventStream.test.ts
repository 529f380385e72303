import assert from "node:assert/strict";
import { javaScriptFormatter, javaScriptUplinkFormatter, startSimulator } from "../../simulator/simulator";
import type { SimulatedDevice, Simulator, SimulatorOptions } from "../../simulator/simulator";
import type { JsonObject } from "../../src/stack/messages";
import { CERTIFICATE } from "./certificate";
import { closeEventClients, EventClient, ofApplication } from "./eventClient";
import type { SeenEvent } from "./eventClient";
import { capturedEvents } from "./fixtures";
import { device } from "./watched";

const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";
const TYPES = "type.googleapis.com/ttn.lorawan.v3";

const [START] = capturedEvents;
const NAMES = START?.data?.value as readonly string[];

/** Without what is another one each time. */
const shape = (event: SeenEvent): JsonObject => ({
  members: Object.keys(event),
  ids: event.correlation_ids?.map((id) => id.replace(/:\w{26}$/, "")),
  device: Object.keys(event.identifiers[0]?.device_ids ?? {}),
  visibility: event.visibility,
  data: Object.keys(event.data ?? {}),
});

function capturedEvent(name: string, isIt: (event: SeenEvent) => boolean = () => true): SeenEvent {
  const found = capturedEvents.find((event) => event.name === name && isIt(event));
  assert.ok(found, name);
  return found;
}

describe("the simulator's stream of events", () => {
  let simulator: Simulator;

  const started = async (model?: Partial<SimulatedDevice>, options: SimulatorOptions = {}): Promise<void> => {
    simulator = await startSimulator({
      devices: [device(model)],
      timing: { acceptedAfter: 5 },
      ...options,
    });
  };
  afterEach(async () => {
    closeEventClients();
    await simulator.stop();
  });

  const question = (names: readonly string[], more: object = {}) => ({
    url: simulator.apiUrl,
    apiKey: simulator.apiKey,
    body: { identifiers: [ofApplication("app1")], names },
    ...more,
  });
  const listen = (...names: readonly string[]): Promise<EventClient> => EventClient.ask(question(names));
  /** All that was written has come once the answer is finished. */
  const finished = async (client: EventClient): Promise<string[]> => {
    simulator.endEventStreams("finished");
    assert.equal(await client.ended(), "finished");
    return client.events.map(({ name }) => name);
  };

  describe("answers", () => {
    beforeEach(() => started());

    it("with lines of JSON and empty lines between them, the names that match first", async () => {
      const client = await listen("js.join.accept", "/data.forward/", "as.up.data.forward");
      const start = await client.event("events.stream.start");
      const { status, headers } = await client.answer();
      assert.deepEqual(
        [status, headers["content-type"], headers["cache-control"], headers["transfer-encoding"]],
        [200, "text/event-stream", "no-store", "chunked"],
      );
      assert.ok(START);
      assert.deepEqual(shape(start), shape(START));
      assert.deepEqual(start.identifiers, START.identifiers);
      assert.deepEqual(start.data?.value, [
        "as.down.data.forward",
        "as.up.data.forward",
        "js.join.accept",
        "ns.up.data.forward",
      ]);
      simulator.uplink("pump");
      await client.event("as.up.data.forward");
      assert.match(client.text, /^\{"result":\{.*\}\}\n\n\{"result":\{.*\}\}\n\n$/);
    });

    it("with all names that the real one has", async () => {
      const client = await listen("/^(as|js|ns)\\./");
      assert.deepEqual((await client.event("events.stream.start")).data?.value, NAMES);
    });

    it("with every event, and no names, where none are asked for", async () => {
      const client = await listen();
      assert.equal((await client.event("events.stream.start")).data, undefined);
      simulator.join("pump");
      simulator.uplink("pump");
      assert.deepEqual(await finished(client), [
        "events.stream.start",
        "js.join.accept",
        "as.up.join.forward",
        "as.up.data.forward",
      ]);
    });

    it("as application/json in single lines to clients that accept anything else", async () => {
      for (const accept of ["application/json", "text/event-stream, application/json"]) {
        const client = await EventClient.ask(question([], { accept }));
        await client.event("events.stream.start");
        const { headers } = await client.answer();
        assert.equal(headers["content-type"], "application/json");
        assert.match(client.text, /\}\n$/);
        assert.ok(!client.text.includes("\n\n"));
      }
    });

    it("only what was asked for, of one device where it is one", async () => {
      simulator.addDevice(device({ id: "valve" }));
      const one = { device_ids: { device_id: "valve", application_ids: { application_id: "app1" } } };
      const client = await EventClient.ask(
        question([], { body: { identifiers: [one], names: ["as.up.data.forward"] } }),
      );
      simulator.uplink("pump");
      simulator.join("valve");
      simulator.uplink("valve");
      assert.deepEqual(await finished(client), ["events.stream.start", "as.up.data.forward"]);
      assert.deepEqual((client.events[1]?.identifiers[0]?.device_ids as JsonObject).device_id, "valve");
    });

    it("keys without the right to read with the start, and nothing else", async () => {
      for (const right of [WRITE, "RIGHT_APPLICATION_INFO"]) {
        const apiKey = simulator.addKey({ rights: [right] });
        const client = await EventClient.ask(question(["as.up.data.forward"], { apiKey }));
        simulator.uplink("pump");
        assert.deepEqual(await finished(client), ["events.stream.start"]);
      }
    });

    const refusals: Record<string, { ask: () => object; error: readonly [number, string] }> = {
      "no key": { ask: () => ({ apiKey: undefined }), error: [403, "no_application_rights"] },
      "what is no key": { ask: () => ({ apiKey: "hello" }), error: [400, "token"] },
      "a key with another secret": {
        ask: () => ({ apiKey: `${simulator.apiKey}A` }),
        error: [401, "invalid_authorization"],
      },
      "a key that expired": {
        ask: () => ({ apiKey: simulator.addKey({ expiresAt: new Date(0) }) }),
        error: [401, "api_key_expired"],
      },
      "a key of another application": {
        ask: () => ({ apiKey: simulator.addKey({ applicationId: "other-app" }) }),
        error: [403, "no_application_rights"],
      },
      "another application": {
        ask: () => ({ body: { identifiers: [ofApplication("other-app")] } }),
        error: [403, "no_application_rights"],
      },
      "what is no application": {
        ask: () => ({ body: { identifiers: [ofApplication("App_1")], names: ["nope"] } }),
        error: [400, "validation"],
      },
      "no application": { ask: () => ({ body: { names: ["nope"] } }), error: [400, "no_identifiers"] },
      "nothing at all": { ask: () => ({ body: "" }), error: [400, "no_identifiers"] },
      "an unknown event, whatever the key": {
        ask: () => ({
          apiKey: "hello",
          body: { identifiers: [ofApplication("app1")], names: ["as.up.data.forward", "nope"] },
        }),
        error: [400, "unknown_event_name"],
      },
      "a pattern that no event matches": {
        ask: () => ({ body: { identifiers: [ofApplication("app1")], names: ["/nope/"] } }),
        error: [400, "no_matching_events"],
      },
      "a pattern that is none": {
        ask: () => ({ body: { identifiers: [ofApplication("app1")], names: ["/[/"] } }),
        error: [400, "invalid_regexp"],
      },
    };
    for (const [what, { ask, error }] of Object.entries(refusals)) {
      it(`${what} with ${error[1]}, wrapped as the errors of streams are`, async () => {
        const client = await EventClient.ask(question([], ask()));
        const { status, name, wrapped } = await client.error();
        assert.deepEqual([status, name, wrapped], [...error, true]);
        assert.equal((await client.answer()).headers["content-type"], "text/event-stream");
        assert.equal(simulator.eventStreams, 0);
      });
    }

    it("an unknown event with its name", async () => {
      const client = await EventClient.ask(question(["nope"]));
      assert.equal(
        (await client.error()).message,
        "error:pkg/events:unknown_event_name (unknown event `nope`)",
      );
    });

    it("what is no JSON, and GET, without a wrap", async () => {
      const garbage = await EventClient.ask(question([], { body: "nonsense" }));
      const { status, wrapped } = await garbage.error();
      assert.deepEqual([status, wrapped], [400, false]);
      const get = await EventClient.ask(question([], { method: "GET", body: "" }));
      assert.equal((await get.error()).status, 501);
    });
  });

  it("goes over TLS, too", async () => {
    await started({}, { tls: CERTIFICATE });
    const client = await EventClient.ask(question(["as.up.data.forward"], { tls: { ca: CERTIFICATE.cert } }));
    simulator.uplink("pump");
    await client.event("as.up.data.forward");
  });

  describe("tells", () => {
    it("a join twice: that it was accepted, and its message", async () => {
      await started({ joined: false });
      const client = await listen("/join/");
      const message = simulator.join("pump");
      const [accepted, forwarded] = [
        await client.event("js.join.accept"),
        await client.event("as.up.join.forward"),
      ];
      assert.deepEqual(shape(accepted), shape(capturedEvent("js.join.accept")));
      assert.deepEqual(forwarded.data, { "@type": `${TYPES}.ApplicationUp`, ...message });
      assert.deepEqual(forwarded.correlation_ids, message.correlation_ids);
    });

    it("an uplink, with the message", async () => {
      await started();
      const client = await listen("as.up.data.forward");
      const message = simulator.uplink("pump");
      const event = await client.event("as.up.data.forward");
      assert.deepEqual(shape(event), shape(capturedEvent("as.up.data.forward")));
      assert.deepEqual(event.data, { "@type": `${TYPES}.ApplicationUp`, ...message });
    });

    it("that a join was refused", async () => {
      await started();
      const client = await listen("ns.up.join.cluster.fail");
      const returned = simulator.refuseJoin("pump", "mic_mismatch");
      const event = await client.event("ns.up.join.cluster.fail");
      assert.deepEqual(event, returned);
      const captured = capturedEvent("ns.up.join.cluster.fail");
      assert.deepEqual(shape(event), shape(captured));
      assert.deepEqual({ ...event.data, correlation_id: "" }, { ...captured.data, correlation_id: "" });
      simulator.refuseJoin("pump", "reuse_dev_nonce");
      const again = await client.event(
        "ns.up.join.cluster.fail",
        ({ data }) => data?.name === "reuse_dev_nonce",
      );
      assert.deepEqual([again.data?.message_format, again.data?.code], ["DevNonce has already been used", 3]);
    });

    const decoder = javaScriptUplinkFormatter({
      decodeUplink({ bytes: [value], fPort }) {
        if (fPort === 4) throw new Error("index out of range");
        if (fPort === 3) return { errors: ["unknown frame type"] };
        return fPort === 2 ? { data: { value }, warnings: ["battery low"] } : { data: { value } };
      },
    });

    for (const [what, fPort, name] of [
      ["throws", 4, "script"],
      ["returns errors", 3, "output_errors"],
    ] as const) {
      it(`that a decoder ${what}, before the uplink, which comes without its payload decoded`, async () => {
        await started({ uplinkFormatter: decoder });
        const client = await listen("/^as\\.up\\./");
        const message = simulator.uplink("pump", { f_port: fPort, decoded_payload: { value: 9 } });
        await client.event("as.up.data.forward");
        const [, failed, forwarded] = client.events;
        assert.ok(failed && forwarded);
        const isOf = ({ data }: SeenEvent): boolean => data?.name === name;
        const captured = capturedEvent("as.up.data.decode.fail", isOf);
        // A device that joined once has no address in the Application Server's own record.
        assert.deepEqual(shape(failed), shape(captured));
        assert.deepEqual(
          [failed.data?.namespace, failed.data?.name, failed.data?.message_format, failed.data?.code],
          [captured.data?.namespace, name, captured.data?.message_format, captured.data?.code],
        );
        assert.deepEqual(failed.correlation_ids, message.correlation_ids);
        assert.deepEqual(failed.correlation_ids, forwarded.correlation_ids);
        const uplink = message.uplink_message as JsonObject;
        assert.deepEqual([uplink.decoded_payload, uplink.frm_payload], [undefined, "AQ=="]);
      });
    }

    it("what a decoder threw and where, or the errors that it returned", async () => {
      await started({ uplinkFormatter: decoder });
      const client = await listen("as.up.data.decode.fail");
      simulator.uplink("pump", { f_port: 4 });
      simulator.uplink("pump", { f_port: 3 });
      await finished(client);
      const [, thrown, returned] = client.events.map(({ data }) => data?.attributes as JsonObject);
      assert.match(
        String(thrown?.message),
        /^Error: index out of range at decodeUplink \(<eval>:\d+:\d+\(\d+\)\)$/,
      );
      assert.deepEqual(returned, { errors: "unknown frame type" });
    });

    it("nothing of a decoder that works, and its warnings apart", async () => {
      await started({ uplinkFormatter: decoder });
      const client = await listen("/^as\\.up\\.data/");
      const plain = simulator.uplink("pump").uplink_message as JsonObject;
      assert.deepEqual(plain.decoded_payload, { value: 1 });
      const warned = simulator.uplink("pump", { f_port: 2 }).uplink_message as JsonObject;
      assert.deepEqual(warned.decoded_payload_warnings, ["battery low"]);
      const names = await finished(client);
      const [forward, warning] = ["as.up.data.forward", "as.up.data.decode.warning"];
      assert.deepEqual(names.slice(1), [forward, warning, forward]);
      assert.deepEqual(client.events[2]?.data, { "@type": `${TYPES}.ApplicationUplink`, ...warned });
    });

    it("that a decoder fails where an uplink is simulated, too", async () => {
      await started({ uplinkFormatter: decoder });
      simulator.setRights(simulator.apiKey, [READ, "RIGHT_APPLICATION_TRAFFIC_UP_WRITE"]);
      const client = await listen("/^as\\.up\\.data/");
      const settings = { data_rate: { lora: {} }, frequency: "868100000" };
      await fetch(`${simulator.apiUrl}/as/applications/app1/devices/pump/up/simulate`, {
        method: "POST",
        headers: { authorization: `Bearer ${simulator.apiKey}` },
        body: JSON.stringify({
          correlation_ids: ["mine"],
          uplink_message: { f_port: 4, frm_payload: "AQ==", settings },
        }),
      });
      const forwarded = await client.event("as.up.data.forward");
      const failed = await client.event("as.up.data.decode.fail");
      assert.deepEqual(failed.correlation_ids, forwarded.correlation_ids);
      assert.ok(failed.correlation_ids?.includes("mine"));
    });

    it("that an encoder fails, once for a request and with correlation IDs of its own only", async () => {
      const encodeDownlink = (): never => {
        throw new TypeError("no level");
      };
      await started({ downlinkFormatter: javaScriptFormatter({ encodeDownlink }) });
      const client = await listen("as.down.data.encode.fail");
      const item = { f_port: 1, decoded_payload: { open: true }, correlation_ids: ["mine"] };
      const push = (...downlinks: object[]): Promise<Response> =>
        fetch(`${simulator.apiUrl}/as/applications/app1/devices/pump/down/push`, {
          method: "POST",
          headers: { authorization: `Bearer ${simulator.apiKey}` },
          body: JSON.stringify({ downlinks }),
        });
      await push(item);
      await push(item, item);
      await finished(client);
      const [, one, list, ...more] = client.events;
      assert.ok(one);
      const captured = capturedEvent("as.down.data.encode.fail");
      assert.deepEqual(shape(one), shape(captured));
      assert.match(
        JSON.stringify(one.data),
        /"TypeError: no level at encodeDownlink \(<eval>:\d+:\d+\(3\)\)"/,
      );
      assert.deepEqual(
        list?.correlation_ids?.map((id) => id.replace(/:\w{26}$/, "")),
        ["rpc:/ttn.lorawan.v3.AppAs/DownlinkQueuePush"],
      );
      assert.deepEqual(more, []);
    });

    it("that a gateway refuses a downlink, with the correlation IDs of the downlink", async () => {
      await started();
      simulator.gateways({ txError: "TOO_LATE" });
      const client = await listen("/transmission.fail/", "as.down.data.failed.forward");
      const downlinks = [{ f_port: 1, frm_payload: "AQ==", correlation_ids: ["mine"] }];
      await fetch(`${simulator.apiUrl}/as/applications/app1/devices/pump/down/push`, {
        method: "POST",
        headers: { authorization: `Bearer ${simulator.apiKey}` },
        body: JSON.stringify({ downlinks }),
      });
      simulator.uplink("pump");
      const failed = await client.event("ns.down.transmission.fail");
      await client.event("as.down.data.failed.forward");
      const captured = capturedEvent("ns.down.transmission.fail");
      const ids = failed.correlation_ids?.filter((id) => id !== "mine");
      assert.equal(ids?.length, (failed.correlation_ids?.length ?? 0) - 1);
      assert.deepEqual(shape({ ...failed, correlation_ids: ids }), shape(captured));
      assert.deepEqual({ ...failed.data, correlation_id: "" }, { ...captured.data, correlation_id: "" });
    });

    it("nothing while the stack is mute, and again afterwards", async () => {
      await started();
      const client = await listen("as.up.data.forward");
      simulator.mute(true);
      simulator.uplink("pump");
      simulator.mute(false);
      simulator.uplink("pump");
      assert.deepEqual(await finished(client), ["events.stream.start", "as.up.data.forward"]);
    });
  });

  describe("does what a test wants:", () => {
    beforeEach(() => started());

    it("any event, of any device", async () => {
      const client = await listen("as.up.data.drop");
      const data = { name: "made-up" };
      simulator.publishEvent("as.up.data.drop", "pump", data, { correlation_ids: ["b", "a"] });
      simulator.publishEvent("as.up.data.drop", "nowhere");
      simulator.publishEvent("ns.up.data.drop", "pump");
      assert.equal((await finished(client)).length, 3);
      const [, full, bare] = client.events;
      assert.deepEqual([full?.data, full?.correlation_ids], [data, ["a", "b"]]);
      assert.deepEqual(bare?.identifiers, [
        { device_ids: { device_id: "nowhere", application_ids: { application_id: "app1" } } },
      ]);
    });

    it("counts the streams that are open, and tells when it changes", async () => {
      assert.equal(simulator.eventStreams, 0);
      const one = await listen();
      await listen();
      assert.equal(simulator.eventStreams, 2);
      const changed = simulator.next("eventStreams");
      one.close();
      assert.equal(await changed, 1);
      assert.equal(simulator.eventStreams, 1);
    });

    it("cuts streams, or ends them as HTTP wants it", async () => {
      for (const how of ["cut", "finished"] as const) {
        const client = await listen();
        await client.event("events.stream.start");
        simulator.endEventStreams(how);
        assert.equal(await client.ended(), how);
      }
      assert.equal((await (await listen()).answer()).status, 200);
    });

    for (const status of [403, 404, 429, 503]) {
      it(`answers with ${status}, and keeps the streams that are open`, async () => {
        const before = await listen("as.up.data.forward");
        simulator.eventRoute(status);
        const client = await listen();
        assert.equal((await client.error()).status, status);
        simulator.uplink("pump");
        await before.event("as.up.data.forward");
        simulator.eventRoute("on");
        assert.equal((await (await listen()).answer()).status, 200);
      });
    }

    it("answers nothing at all, on this route only", async () => {
      simulator.eventRoute("hang");
      const asked = simulator.next("request");
      EventClient.begin(question([]));
      assert.deepEqual((({ path, status }) => [path, status])(await asked), ["/api/v3/events", undefined]);
      assert.equal((await fetch(`${simulator.apiUrl}/auth_info`)).status, 200);
    });

    it("is gone with the server, and back with it", async () => {
      const client = await listen();
      await simulator.restart();
      assert.equal(await client.ended(), "cut");
      assert.equal(simulator.eventStreams, 0);
      const again = await listen("as.up.data.forward");
      simulator.uplink("pump");
      await again.event("as.up.data.forward");
    });
  });
});
