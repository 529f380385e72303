import assert from "node:assert/strict";
import { startSimulator } from "../../simulator/simulator";
import type { Simulator } from "../../simulator/simulator";
import { Wire, connectPacket, messages, subscribePacket, topics } from "./wire";

const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";

interface Asked {
  readonly status: number;
  readonly text: string;
  /** Name of the error in the body, with those of its causes. */
  readonly errors: readonly (string | undefined)[];
}

describe("the simulator's HTTP API", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator();
  });
  beforeEach(() => {
    simulator.api("on");
  });
  after(() => simulator.stop());

  const ask = async (path: string, token?: string, body?: string, signal?: AbortSignal): Promise<Asked> => {
    const response = await fetch(simulator.apiUrl + path, {
      method: body === undefined ? "GET" : "POST",
      ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      redirect: "manual",
    });
    const text = await response.text();
    const errors = [...text.matchAll(/"name":"([a-z_]+)"/g)].map(([, name]) => name);
    return { status: response.status, text, errors };
  };
  const down = "/as/applications/app1/devices/thermometer/down";

  it("tells whose key it is and what it may do", async () => {
    const key = simulator.addKey({ name: "flow", rights: [READ], expiresAt: new Date(Date.now() + 60_000) });
    const { status, text } = await ask("/auth_info", key);
    assert.equal(status, 200);
    assert.match(
      text,
      /^\{"api_key":\{"api_key":\{"id":"[A-Z2-7]{39}","name":"flow","rights":\["RIGHT_APPLICATION_TRAFFIC_READ"\],"created_at":"[^"]+Z","updated_at":"[^"]+Z","expires_at":"[^"]+Z"\},"entity_ids":\{"application_ids":\{"application_id":"app1"\}\}\}\}$/,
    );
    assert.match(
      (await ask("/auth_info", simulator.addKey({ userId: "eva" }))).text,
      /"user_ids":\{"user_id":"eva"\}/,
    );
    assert.deepEqual((await ask("/auth_info")).text, "{}");
  });

  it("tells apart the keys that it refuses", async () => {
    const deleted = simulator.addKey();
    simulator.removeKey(deleted);
    const expired = simulator.addKey();
    simulator.expireKey(expired);
    const answers = await Promise.all(
      [deleted, expired, `${simulator.apiKey}A`, simulator.apiKey.slice(0, 60), "hello"].map((token) =>
        ask("/auth_info", token),
      ),
    );
    assert.deepEqual(
      answers.map(({ status, errors }) => [status, errors[0]]),
      [
        [401, "api_key_not_found"],
        [401, "api_key_expired"],
        [401, "invalid_authorization"],
        [401, "invalid_authorization"],
        [400, "token"],
      ],
    );
  });

  it("lists the rights of a key on the application, nothing on another one", async () => {
    assert.equal(
      (await ask("/applications/app1/rights", simulator.apiKey)).text,
      `{"rights":["${READ}","${WRITE}"]}`,
    );
    assert.equal((await ask("/applications/other-app/rights", simulator.apiKey)).text, "{}");
    const malformed = await ask("/applications/App1/rights", simulator.apiKey);
    assert.deepEqual([malformed.status, malformed.errors], [400, ["identifiers", "validation"]]);
  });

  it("says which right is missing, and which device does not exist", async () => {
    const reader = simulator.addKey({ rights: [READ] });
    const writer = simulator.addKey({ rights: [WRITE] });
    const nobody = down.replace("thermometer", "nobody");
    const answers = [
      await ask(down, simulator.apiKey),
      await ask(`${down}/push`, simulator.apiKey, "{}"),
      await ask(down, writer),
      await ask(`${down}/push`, reader, "{}"),
      await ask(down.replace("app1", "other-app"), simulator.apiKey),
      await ask(nobody, simulator.apiKey),
      await ask(`${nobody}/push`, simulator.apiKey, "{}"),
    ];
    assert.deepEqual(
      answers.map(({ status, errors }) => [status, errors[0]]),
      [
        [200, undefined],
        [200, undefined],
        [403, "insufficient_application_rights"],
        [403, "insufficient_application_rights"],
        [403, "no_application_rights"],
        [404, "not_found"],
        [404, "device_not_found"],
      ],
    );
    assert.match(answers[2]?.text ?? "", /"missing":\["RIGHT_APPLICATION_TRAFFIC_READ"\],"uid":"app1"/);
  });

  it("queues downlinks and says what MQTT would not", async () => {
    const push = (item: object): Promise<Asked> =>
      ask(`${down}/push`, simulator.apiKey, JSON.stringify({ downlinks: [item] }));
    assert.equal((await push({ f_port: 1, frm_payload: "AQ==", correlation_ids: ["z"] })).text, "{}");
    assert.match(
      (await ask(down, simulator.apiKey)).text,
      /^\{"downlinks":\[\{"session_key_id":"[^"]+","f_port":1,"f_cnt":1,"frm_payload":"AQ==","correlation_ids":\["as:downlink:\w{26}","rpc:\/ttn\.lorawan\.v3\.AppAs\/DownlinkQueuePush:\w{26}","z"\]\}\]\}$/,
    );
    assert.deepEqual((await push({ f_port: 224, frm_payload: "AQ==" })).errors, ["validation", "validation"]);
    assert.deepEqual((await push({ f_port: 1 })).errors, ["no_payload"]);
    assert.equal((await push({ f_port: 1, frm_payload: "AQ==", priority: "URGENT" })).status, 400);
    await ask(`${down}/replace`, simulator.apiKey, "{}");
    assert.equal((await ask(down, simulator.apiKey)).text, "{}");
  });

  it("gives the MQTT address to keys with the right to it", async () => {
    const path = "/as/applications/app1/mqtt-connection-info";
    assert.equal((await ask(path, simulator.apiKey)).status, 403);
    const { text } = await ask(path, simulator.addKey({ rights: ["RIGHT_APPLICATION_INFO"] }));
    assert.match(text, new RegExp(`"public_address":"127.0.0.1:${simulator.port}".*"username":"app1"`));
  });

  it("publishes simulated messages", async () => {
    const key = simulator.addKey({ rights: [READ, "RIGHT_APPLICATION_TRAFFIC_UP_WRITE"] });
    const wire = await Wire.login(simulator.port, { userName: "app1", password: key });
    await wire.exchange(subscribePacket(["#"]));
    const path = "/as/applications/app1/devices/thermometer/up/simulate";
    const settings = {
      data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } },
      frequency: "868100000",
    };
    const body = { uplink_message: { f_port: 1, frm_payload: "AQ==", settings } };
    assert.equal((await ask(path, key, JSON.stringify(body))).text, "{}");
    const { packets } = await wire.exchange();
    assert.deepEqual(topics(packets), ["thermometer/up"]);
    assert.match(
      JSON.stringify(messages(packets)[0]),
      /"correlation_ids":\["as:up:\w{26}","rpc:\/ttn\.lorawan\.v3\.AppAs\/SimulateUplink:\w{26}"\].*"simulated":true\}$/,
    );
    assert.deepEqual((await ask(path, key, '{"uplink_message":{}}')).errors, ["validation", "validation"]);
    assert.equal((await ask(path, simulator.apiKey, JSON.stringify(body))).status, 403);
    wire.destroy();
  });

  it("publishes each measurement of a simulated uplink after it, as the stack does", async () => {
    const key = simulator.addKey({ rights: [READ, "RIGHT_APPLICATION_TRAFFIC_UP_WRITE"] });
    const wire = await Wire.login(simulator.port, { userName: "app1", password: key });
    await wire.exchange(subscribePacket(["#"]));
    const settings = { data_rate: { lora: {} }, frequency: "868100000" };
    const simulate = (more: object): Promise<Asked> =>
      ask(
        "/as/applications/app1/devices/tracker/up/simulate",
        key,
        JSON.stringify({ uplink_message: { f_port: 1, settings, ...more } }),
      );
    const given = { decoded_payload: { x: 1 }, locations: { user: {} }, packet_error_rate: 0.5 };
    await simulate({ ...given, normalized_payload: [{ battery: 3 }, { battery: 4 }] });
    await simulate({ normalized_payload: [] });
    const { packets } = await wire.exchange();
    assert.deepEqual(topics(packets), [
      "tracker/up",
      "tracker/up/normalized",
      "tracker/up/normalized",
      "tracker/up",
    ]);
    const [uplink, , second, plain] = messages(packets);
    assert.deepEqual(uplink?.uplink_message, {
      f_port: 1,
      settings,
      decoded_payload: { x: 1 },
      packet_error_rate: 0.5,
      normalized_payload: [{ battery: 3 }, { battery: 4 }],
    });
    assert.deepEqual(second?.uplink_normalized, { f_port: 1, settings, normalized_payload: { battery: 4 } });
    assert.deepEqual(second.correlation_ids, uplink.correlation_ids);
    assert.equal(second.simulated, true);
    assert.deepEqual(plain?.uplink_message, { f_port: 1, settings });
    wire.destroy();
  });

  it("answers unknown paths and methods as the stack", async () => {
    assert.equal((await ask("/nonsense", simulator.apiKey)).text, '{"code":5,"message":"Not Found"}');
    assert.equal((await ask("/auth_info", simulator.apiKey, "{}")).status, 501);
  });

  it("can fail, redirect, hang and break off", async () => {
    simulator.api("error");
    assert.equal((await ask("/auth_info", simulator.apiKey)).status, 500);
    simulator.api("redirect");
    assert.equal((await ask("/auth_info", simulator.apiKey)).status, 302);
    simulator.api("closed");
    await assert.rejects(ask("/auth_info", simulator.apiKey));
    simulator.api("hang");
    const controller = new AbortController();
    const asked = simulator.next("request");
    const hanging = ask("/auth_info", simulator.apiKey, undefined, controller.signal);
    assert.deepEqual(await asked, {
      method: "GET",
      path: "/api/v3/auth_info",
      authorized: true,
      status: undefined,
    });
    controller.abort();
    await assert.rejects(hanging);
  });

  it("goes on while MQTT is frozen", async () => {
    simulator.freeze(true);
    assert.equal((await ask("/auth_info", simulator.apiKey)).status, 200);
    simulator.freeze(false);
    const wire = await Wire.open(simulator.port);
    await wire.exchange(connectPacket({ userName: "app1", password: simulator.apiKey }));
    wire.destroy();
  });
});
