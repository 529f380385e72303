import assert from "node:assert/strict";
import { get as httpsGet } from "node:https";
import { mock } from "node:test";
import mqtt from "mqtt";
import type { IClientOptions, MqttClient } from "mqtt";
import { startSimulator } from "../../simulator/simulator";
import type { Simulator, SimulatorOptions } from "../../simulator/simulator";
import { CERTIFICATE } from "./certificate";
import { captures } from "./fixtures";
import {
  Wire,
  connackCode,
  connectPacket,
  messages,
  publishPacket,
  subackCodes,
  subscribePacket,
  topics,
} from "./wire";
import type { ConnectFields } from "./wire";

const PUSH = "v3/app1/devices/thermometer/down/push";
/** The arguments of the next event of that name; unlike `once` of Node, it does not mind an error before it. */
function happens(
  client: MqttClient,
  name: "connect" | "close" | "error" | "message",
): Promise<readonly unknown[]> {
  return new Promise((resolve) => {
    client.once(name, (...values: readonly unknown[]) => {
      resolve(values);
    });
  });
}

const DOWNLINK = JSON.stringify({ downlinks: [{ f_port: 15, frm_payload: "AQ==" }] });

describe("the simulator", () => {
  const simulators: Simulator[] = [];
  const wires: Wire[] = [];
  const clients: MqttClient[] = [];

  const start = async (options?: SimulatorOptions): Promise<Simulator> => {
    const simulator = await startSimulator(options);
    simulators.push(simulator);
    return simulator;
  };
  const open = async (simulator: Simulator): Promise<Wire> => {
    const wire = await Wire.open(simulator.port);
    wires.push(wire);
    return wire;
  };
  const connect = (simulator: Simulator, fields: ConnectFields = {}): Buffer =>
    connectPacket({ userName: simulator.userName, password: simulator.apiKey, ...fields });
  const login = async (simulator: Simulator, fields: ConnectFields = {}): Promise<Wire> => {
    const wire = await open(simulator);
    await wire.exchange(connect(simulator, fields));
    return wire;
  };
  const subscriber = async (simulator: Simulator, filter = "#"): Promise<Wire> => {
    const wire = await login(simulator);
    await wire.exchange(subscribePacket([filter]));
    return wire;
  };
  const client = (simulator: Simulator, options: IClientOptions = {}): MqttClient => {
    const made = mqtt.connect({
      protocol: "mqtt",
      host: simulator.host,
      port: simulator.port,
      username: simulator.userName,
      password: simulator.apiKey,
      reconnectPeriod: 20,
      ...options,
    });
    clients.push(made);
    made.on("error", () => undefined);
    return made;
  };
  const seen = (from: MqttClient): string[] => {
    const names: string[] = [];
    for (const name of ["connect", "close", "offline", "reconnect"] as const)
      from.on(name, () => names.push(name));
    from.on("error", (error) => names.push(`error ${error.message}`));
    return names;
  };

  afterEach(async () => {
    for (const wire of wires.splice(0)) wire.destroy();
    for (const each of clients.splice(0)) each.end(true);
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
  });

  describe("with a tenant", () => {
    it("wants it in the user name and in filters, and publishes on topics with it", async () => {
      const simulator = await start({ tenantId: "ttn" });
      assert.equal(simulator.userName, "app1@ttn");
      const codes = await Promise.all(
        ["app1@ttn", "app1", "app1@other", "app1@"].map(async (userName) => {
          const { packets } = await (await open(simulator)).exchange(connect(simulator, { userName }));
          return connackCode(packets);
        }),
      );
      assert.deepEqual(codes, [0, 5, 5, 5]);
      const wire = await login(simulator);
      const filters = ["#", "v3/+/devices/+/up", "v3/app1@ttn/#", "v3/app1/#"];
      assert.deepEqual(subackCodes((await wire.exchange(subscribePacket(filters))).packets), [0, 0, 0, 128]);
      simulator.uplink("door");
      const { packets } = await wire.exchange();
      assert.ok(
        packets.every((each) => each.cmd === "publish" && each.topic.startsWith("v3/app1@ttn/devices/door/")),
      );
      assert.ok(!JSON.stringify(messages(packets)).includes('ttn"'));
    });
  });

  describe("records", () => {
    it("what a client did, without its password", async () => {
      const simulator = await start();
      const wire = await login(simulator, { clientId: "flow", keepalive: 30 });
      await wire.exchange(subscribePacket(["#", "nope"], [1, 0]), publishPacket(PUSH, "{", { qos: 1 }));
      const [connected, subscribed, published] = [
        simulator.connects[0],
        simulator.subscribes[0],
        simulator.publishes[0],
      ];
      assert.equal(connected?.clientId, "flow");
      assert.equal(connected.keepalive, 30);
      assert.equal(connected.returnCode, 0);
      assert.deepEqual(subscribed?.codes, [1, 128]);
      assert.deepEqual(subscribed.filters, [
        { filter: "#", qos: 1 },
        { filter: "nope", qos: 0 },
      ]);
      assert.equal(published?.outcome, "dropped");
      assert.equal(published.reason, "bad JSON");
      assert.ok(!JSON.stringify(simulator.connects).includes(simulator.apiKey));
      assert.equal(simulator.sessions, 1);
      const gone = simulator.next("disconnect");
      wire.destroy();
      const record = await gone;
      assert.deepEqual({ ...record }, { session: 1, said: false, by: "client", reason: undefined });
      assert.equal(simulator.sessions, 0);
    });
  });

  describe("keys", () => {
    it("that are deleted, expire or lose rights count at the next login; open sessions go on", async () => {
      const simulator = await start();
      const wire = await subscriber(simulator, "v3/+/devices/+/up");
      const again = async (password: string): Promise<number | undefined> =>
        connackCode((await (await open(simulator)).exchange(connect(simulator, { password }))).packets);
      const expiring = simulator.addKey();
      assert.equal(await again(expiring), 0);
      simulator.expireKey(expiring);
      simulator.removeKey(simulator.apiKey);
      assert.deepEqual([await again(expiring), await again(simulator.apiKey)], [5, 5]);
      simulator.uplink("door");
      assert.deepEqual(topics((await wire.exchange()).packets), ["door/up"]);
    });

    it("have the real form", async () => {
      assert.match((await start()).apiKey, /^NNSXS\.[A-Z2-7]{39}\.[A-Z2-7]{52}$/);
    });
  });

  describe("time", () => {
    it("closes a session after 1.5 times the keepalive without a packet from the client", async () => {
      const simulator = await start();
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const [silent, receiving, said, pinging] = [
          await login(simulator, { keepalive: 2 }),
          await login(simulator, { keepalive: 2 }),
          await login(simulator, { keepalive: 2 }),
          await login(simulator, { keepalive: 2 }),
        ];
        await receiving.exchange(subscribePacket(["#"]));
        await said.exchange(Buffer.from([0xe0, 0]));
        mock.timers.tick(2_999);
        simulator.uplink("door");
        await pinging.exchange();
        assert.deepEqual([silent.closed, receiving.closed, said.closed], [false, false, false]);
        mock.timers.tick(1);
        for (const wire of [silent, receiving, said]) await wire.until(() => false);
        await pinging.exchange();
        assert.equal(pinging.closed, false);
      } finally {
        mock.timers.reset();
      }
    });

    it("closes a connection without CONNECT after ten seconds", async () => {
      const simulator = await start();
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const accepted = simulator.next("accept");
        const wire = await open(simulator);
        await accepted;
        mock.timers.tick(9_999);
        assert.equal(wire.closed, false);
        const gone = simulator.next("disconnect");
        mock.timers.tick(1);
        assert.equal((await gone).reason, "no CONNECT");
      } finally {
        mock.timers.reset();
      }
    });
  });

  describe("rate limits", () => {
    it("drop the PUBLISH without a PUBACK and close the connection", async () => {
      const simulator = await start({ downlinkLimit: { perMinute: 6, burst: 4 } });
      const push = (payload = DOWNLINK): Buffer => publishPacket(PUSH, payload, { qos: 1 });
      const wire = await login(simulator);
      // Bad JSON counts, a forbidden topic does not, and one push of many items counts once.
      const many = JSON.stringify({
        downlinks: Array.from({ length: 20 }, () => ({ f_port: 1, frm_payload: "AQ==" })),
      });
      const allowed = await wire.exchange(push(), push("{"), push(many), push());
      assert.deepEqual([allowed.packets.length, allowed.closed], [4, false]);
      assert.deepEqual(await wire.exchange(push()), { packets: [], closed: true });

      const again = await login(simulator);
      const forbidden = await again.exchange(
        publishPacket("v3/app1/devices/thermometer/up", "x", { qos: 1 }),
      );
      assert.deepEqual([forbidden.packets.length, forbidden.closed], [1, false]);
      assert.equal((await again.exchange(push())).closed, true);

      const otherKey = await login(simulator, { password: simulator.addKey() });
      assert.equal((await otherKey.exchange(push())).packets.length, 1);
      assert.equal(simulator.publishes.filter(({ reason }) => reason === "rate limit").length, 2);
    });

    it("are shared by the sessions of one key, and only the one that exceeds is closed", async () => {
      const simulator = await start({ downlinkLimit: { perMinute: 6, burst: 2 } });
      const [first, second] = [await login(simulator), await login(simulator)];
      const push = publishPacket(PUSH, DOWNLINK, { qos: 1 });
      await first.exchange(push);
      await second.exchange(push);
      assert.equal((await first.exchange(push)).closed, true);
      assert.equal((await second.exchange()).closed, false);
    });

    it("on connections close before the CONNACK", async () => {
      const simulator = await start({ acceptLimit: { perMinute: 30, burst: 2 } });
      await login(simulator);
      await login(simulator);
      const third = await open(simulator);
      assert.deepEqual(await third.exchange(connect(simulator)), { packets: [], closed: true });
      assert.equal(simulator.connects.length, 2);
    });
  });

  describe("switches", () => {
    it("refuse logins with a code, then close", async () => {
      const simulator = await start();
      for (const code of [1, 3, 5] as const) {
        simulator.refuse(code);
        const { packets, closed } = await (await open(simulator)).exchange(connect(simulator));
        assert.deepEqual([connackCode(packets), closed], [code, true]);
      }
      simulator.refuse(undefined);
      assert.equal((await (await login(simulator)).exchange()).closed, false);
    });

    it("close before the CONNACK", async () => {
      const simulator = await start();
      simulator.closeBeforeConnack(true);
      assert.deepEqual(await (await open(simulator)).exchange(connect(simulator)), {
        packets: [],
        closed: true,
      });
      assert.equal(simulator.connects[0]?.returnCode, undefined);
    });

    it("refuse topics", async () => {
      const simulator = await start();
      simulator.refuseTopics(true);
      const { packets, closed } = await (
        await login(simulator)
      ).exchange(subscribePacket(["#", "v3/app1/#"]));
      assert.deepEqual([subackCodes(packets), closed], [[128, 128], false]);
    });

    it("make it mute: all looks healthy, nothing flows", async () => {
      const simulator = await start();
      const wire = await subscriber(simulator);
      simulator.mute(true);
      simulator.uplink("door");
      const { packets } = await wire.exchange(publishPacket(PUSH, DOWNLINK, { qos: 1 }));
      assert.deepEqual(
        packets.map(({ cmd }) => cmd),
        ["puback"],
      );
      assert.equal(simulator.queue("thermometer").length, 0);
      assert.equal(connackCode((await (await open(simulator)).exchange(connect(simulator))).packets), 0);
      simulator.mute(false);
      simulator.uplink("door");
      assert.deepEqual(topics((await wire.exchange()).packets), ["door/up"]);
    });

    it("freeze it: connections are taken, nothing is answered, and all of it goes on afterwards", async () => {
      const simulator = await start();
      const wire = await subscriber(simulator, "v3/+/devices/+/up");
      simulator.freeze(true);
      const fresh = await open(simulator);
      const answers = [wire.exchange(), fresh.exchange(connect(simulator))];
      simulator.uplink("door");
      const quiet = new Promise((resolve) => setTimeout(resolve, 50, "quiet"));
      assert.equal(await Promise.race([...answers, quiet]), "quiet");
      assert.equal(simulator.connects.length, 1);
      simulator.freeze(false);
      const [old, recent] = await Promise.all(answers);
      assert.deepEqual(topics(old?.packets ?? []), ["door/up"]);
      assert.equal(connackCode(recent?.packets ?? []), 0);
    });

    it("end sessions with FIN or RST", async () => {
      const simulator = await start();
      const ended = client(simulator);
      await happens(ended, "connect");
      const events = seen(ended);
      simulator.disconnectAll();
      await happens(ended, "connect");
      assert.deepEqual(events, ["offline", "close", "reconnect", "connect"]);
      events.length = 0;
      simulator.resetAll();
      await happens(ended, "connect");
      assert.deepEqual(events[0], "error read ECONNRESET");
    });
  });

  describe("outages", () => {
    it("closes sessions, is gone from its port, and comes back on it with its keys", async () => {
      const simulator = await start();
      const subscribing = client(simulator);
      await happens(subscribing, "connect");
      await subscribing.subscribeAsync("v3/+/devices/+/up");
      const { port, httpPort } = simulator;
      const refused = happens(subscribing, "error");
      await simulator.stop();
      assert.equal(String((await refused)[0]), `Error: connect ECONNREFUSED 127.0.0.1:${port}`);
      const subscribed = simulator.next("subscribe");
      await simulator.restart();
      await subscribed;
      assert.deepEqual([simulator.port, simulator.httpPort], [port, httpPort]);
      const message = happens(subscribing, "message");
      simulator.uplink("door");
      assert.equal((await message)[0], "v3/app1/devices/door/up");
    });

    it("drops messages for a client that does not read, and tells nobody", async () => {
      const simulator = await start();
      const wire = await subscriber(simulator);
      wire.pause();
      const large = "x".repeat(50_000);
      for (let round = 0; round < 5; round++) {
        for (let n = 0; n < 80; n++) simulator.send("v3/app1/devices/door/up", large);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      wire.resume();
      const received = topics((await wire.exchange()).packets).length;
      assert.ok(received >= 64 && received < 400, String(received));
      simulator.send("v3/app1/devices/door/join", "{}");
      assert.deepEqual(topics((await wire.exchange()).packets), ["door/join"]);
    });
  });

  describe("seen by mqtt.js", () => {
    const firstEvents = async (simulator: Simulator, options: IClientOptions): Promise<string[]> => {
      const made = client(simulator, { reconnectPeriod: 0, ...options });
      const events = seen(made);
      await happens(made, "close");
      return events;
    };

    it("refuses a bad key with an error", async () => {
      assert.deepEqual(await firstEvents(await start(), { password: "hello" }), [
        "error Connection refused: Not authorized",
        "close",
      ]);
    });

    it("closes an MQTT 5 login without an error, and refuses one without user name", async () => {
      const simulator = await start();
      assert.deepEqual(
        (await firstEvents(simulator, { protocolVersion: 5 })).filter((name) => name !== "offline"),
        ["close"],
      );
      const made = mqtt.connect({
        host: simulator.host,
        port: simulator.port,
        reconnectPeriod: 0,
        protocolVersion: 5,
      });
      clients.push(made);
      const [error] = await happens(made, "error");
      assert.equal(String(error), "ErrorWithReasonCode: Connection refused: Unacceptable protocol version");
    });

    it("speaks TLS on both ports", async () => {
      const simulator = await start({ tls: CERTIFICATE });
      const secure = client(simulator, { protocol: "mqtts", ca: CERTIFICATE.cert });
      await happens(secure, "connect");
      await secure.subscribeAsync("#");
      const message = happens(secure, "message");
      simulator.uplink("door");
      assert.equal((await message)[0], "v3/app1/devices/door/up");
      assert.match(simulator.apiUrl, /^https:/);
      const status = await new Promise((resolve) => {
        const options = { ca: CERTIFICATE.cert, agent: false } as const;
        httpsGet(`${simulator.apiUrl}/auth_info`, options, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
      });
      assert.equal(status, 200);
      simulator.resetAll();
      await happens(secure, "close");
    });

    it("shows what is wrong with TLS", async () => {
      const secure = await start({ tls: CERTIFICATE });
      const plain = await start();
      assert.ok((await firstEvents(secure, { protocol: "mqtts" })).includes("error self-signed certificate"));
      assert.deepEqual(
        (await firstEvents(secure, {})).filter((name) => name !== "offline"),
        ["close"],
      );
      assert.ok((await firstEvents(plain, { protocol: "mqtts" })).includes("error read ECONNRESET"));
    });
  });

  describe("sends what a test wants", () => {
    it("replays every capture as it is, on the topics of its own application", async () => {
      const simulator = await start({ applicationId: "other-app", tenantId: "ttn" });
      const wire = await subscriber(simulator);
      const all = ["uplink", "join", "downlink-failed", "location-solved"].flatMap(captures);
      for (const capture of all) simulator.replay(capture);
      const { packets } = await wire.exchange();
      assert.deepEqual(
        messages(packets),
        all.map(({ payload }) => payload),
      );
      assert.ok(
        packets.every((each) => each.cmd === "publish" && each.topic.startsWith("v3/other-app@ttn/")),
      );
    });

    it("any bytes on any topic", async () => {
      const simulator = await start();
      const wire = await subscriber(simulator);
      simulator.send("v3/app1/devices/door/up", "{bad");
      const { packets } = await wire.exchange();
      assert.deepEqual(
        packets.map((each) => (each.cmd === "publish" ? each.payload.toString() : "")),
        ["{bad"],
      );
    });
  });
});
