import assert from "node:assert/strict";
import { startSimulator } from "../../simulator/simulator";
import type { SimulatedDevice, Simulator } from "../../simulator/simulator";
import { STACK_KINDS } from "../../src/stack/kinds";
import { behaviour } from "./fixtures";
import type { BehaviourCase } from "./fixtures";
import {
  Wire,
  connackCode,
  connectPacket,
  messages,
  packet,
  publishPacket,
  subackCodes,
  subscribePacket,
  topics,
  unsubscribePacket,
} from "./wire";
import type { ConnectFields, PublishFields } from "./wire";

const device = (id: string, given: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
  id,
  class: "A",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
  ...given,
});

const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";

const casesOf = (section: string, name?: string): readonly BehaviourCase[] =>
  behaviour.filter((each) => each.section === section && (name === undefined || each.case === name));

describe("the simulator against the table of what the real server did", () => {
  let simulator: Simulator;
  let keys: Record<
    "readOnly" | "writeOnly" | "info" | "link" | "user" | "admin" | "other" | "deleted" | "expired",
    string
  >;
  const wires: Wire[] = [];

  before(async () => {
    simulator = await startSimulator({
      applicationId: "app2",
      devices: [
        device("dev-a"),
        device("dev-b"),
        device("dev-c", { class: "C" }),
        device("dev-otaa", { joined: false, devEui: "70B3D57ED0000006", joinEui: "70B3D57ED0000000" }),
      ],
    });
    keys = {
      readOnly: simulator.addKey({ rights: [READ] }),
      writeOnly: simulator.addKey({ rights: [WRITE] }),
      info: simulator.addKey({ rights: ["RIGHT_APPLICATION_INFO"] }),
      link: simulator.addKey({ rights: ["RIGHT_APPLICATION_LINK"] }),
      user: simulator.addKey({ userId: "somebody", rights: [READ, WRITE] }),
      admin: simulator.addKey({ userId: "admin", rights: ["RIGHT_ALL"] }),
      other: simulator.addKey({ applicationId: "other-app" }),
      deleted: simulator.addKey(),
      expired: simulator.addKey({ expiresAt: new Date(Date.now() - 1000) }),
    };
    simulator.removeKey(keys.deleted);
  });
  after(() => simulator.stop());
  afterEach(() => {
    for (const wire of wires.splice(0)) wire.destroy();
  });

  const open = async (): Promise<Wire> => {
    const wire = await Wire.open(simulator.port);
    wires.push(wire);
    return wire;
  };
  const login = async (password = simulator.apiKey, fields: ConnectFields = {}): Promise<Wire> => {
    const wire = await Wire.login(simulator.port, { userName: "app2", password, ...fields });
    wires.push(wire);
    return wire;
  };

  describe("CONNECT", () => {
    const good = (): ConnectFields => ({ userName: "app2", password: simulator.apiKey });
    const withKey = (password: string): Buffer => connectPacket({ userName: "app2", password });
    const withUser = (userName: string): Buffer => connectPacket({ ...good(), userName });
    const lastLetter = (key: string): string => key.slice(0, -1) + (key.endsWith("A") ? "B" : "A");
    const sent: Record<string, () => Buffer> = {
      "3.1 (MQIsdp level 3), good key": () => connectPacket({ ...good(), name: "MQIsdp", level: 3 }),
      "3.1.1, good key": () => connectPacket(good()),
      "3.1.1, empty client id, clean=1": () => connectPacket({ ...good(), clientId: "" }),
      "3.1.1, empty client id, clean=0": () => connectPacket({ ...good(), clientId: "", clean: false }),
      "3.1.1, clean session false": () => connectPacket({ ...good(), clean: false }),
      "3.1.1, client id of 200 characters with slashes": () =>
        connectPacket({ ...good(), clientId: "a/b/".repeat(50) }),
      "MQTT 5, with username and password": () => connectPacket({ ...good(), level: 5, properties: [0] }),
      "MQTT 5, username and password, session expiry property": () =>
        connectPacket({ ...good(), level: 5, properties: [5, 0x11, 0, 0, 0, 10] }),
      "MQTT 5, no username, no password": () => connectPacket({ level: 5, properties: [0] }),
      "MQTT 5, username and password, empty client id": () =>
        connectPacket({ ...good(), level: 5, properties: [0], clientId: "" }),
      "protocol name FOO level 4": () => connectPacket({ ...good(), name: "FOO" }),
      "protocol name MQTT level 6, no username": () => connectPacket({ level: 6 }),
      "bad key (right id, wrong secret)": () => withKey(lastLetter(simulator.apiKey)),
      "well-formed key that does not exist": () => withKey(`NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`),
      "malformed key": () => withKey("hello"),
      "NNSXS. key truncated": () => withKey(simulator.apiKey.slice(0, 60)),
      "key with a trailing newline": () => withKey(`${simulator.apiKey}\n`),
      "missing password": () => connectPacket({ userName: "app2" }),
      "empty password": () => withKey(""),
      "no username, no password": () => connectPacket({}),
      "malformed application id (App_2)": () => withUser("App_2"),
      "application id too short (ab)": () => withUser("ab"),
      "application id in upper case": () => withUser("APP2"),
      "unknown application": () => withUser("unknown-app"),
      "username app@ttn on a single-tenant server": () => withUser("app2@ttn"),
      "username app@ on a single-tenant server": () => withUser("app2@"),
      "username with a leading space": () => withUser(" app2"),
      "key of another application": () => withKey(keys.other),
      "deleted key": () => withKey(keys.deleted),
      "expired key": () => withKey(keys.expired),
      "key with only an unrelated right (application info)": () => withKey(keys.info),
      "read-only key": () => withKey(keys.readOnly),
      "write-only key": () => withKey(keys.writeOnly),
      "link key": () => withKey(keys.link),
      "user key with rights on the application": () => withKey(keys.user),
      "admin user key": () => withKey(keys.admin),
      "will on the uplink topic": () =>
        connectPacket({ ...good(), will: { topic: "v3/app2/devices/dev-a/up", payload: "x" } }),
      "second CONNECT attempt with the same key (cached)": () => connectPacket(good()),
    };
    const withTestsOfTheirOwn = [
      "same client id twice",
      "TCP connection without CONNECT",
      "DISCONNECT sent, client leaves the socket open, keepalive 2",
    ];

    for (const each of casesOf("connect").filter(({ given }) => given.client === "raw")) {
      const build = sent[each.case];
      if (build === undefined) {
        it(`has a test of its own for "${each.case}"`, () => {
          assert.ok(withTestsOfTheirOwn.includes(each.case));
        });
        continue;
      }
      it(each.case, async () => {
        const { packets, closed } = await (await open()).exchange(build());
        assert.equal(connackCode(packets), each.connack ?? undefined);
        assert.equal(closed, each.closed ?? each.closed_after_connack);
        assert.ok(packets.every((received) => received.cmd !== "connack" || !received.sessionPresent));
      });
    }

    it("refuses the protocol level of a bridge", async () => {
      const { packets, closed } = await (await open()).exchange(connectPacket({ ...good(), level: 0x84 }));
      assert.deepEqual([connackCode(packets), closed], [1, true]);
    });

    it("lets both stay that use one client ID", async () => {
      const first = await login(simulator.apiKey, { clientId: "same" });
      await login(simulator.apiKey, { clientId: "same" });
      assert.equal((await first.exchange()).closed, false);
    });
  });

  describe("SUBSCRIBE", () => {
    /** The table shortens long filters. */
    const whole = (filter: string): string => {
      const [, prefix = "", count = "0"] = /^(.*?)x+… \((\d+) characters\)$/.exec(filter) ?? [];
      return count === "0" ? filter : prefix.padEnd(Number(count), "x");
    };

    const receivedAfter = async (wire: Wire): Promise<string[]> => {
      for (const kind of STACK_KINDS) simulator.publish(kind, "dev-a", {});
      return topics((await wire.exchange()).packets);
    };

    for (const each of casesOf("subscribe", "subscribe")) {
      it(each.given.filter ?? "", async () => {
        const wire = await login();
        const { packets, closed } = await wire.exchange(subscribePacket([whole(each.given.filter ?? "")]));
        assert.equal(!closed, each.connection_up);
        assert.deepEqual(subackCodes(packets), each.suback);
        if (each.received !== undefined) {
          // The real run published one uplink more, through a second path.
          assert.deepEqual(new Set(await receivedAfter(wire)), new Set(each.received));
        }
      });
    }

    for (const each of casesOf("subscribe", "subscribe, invalid filter")) {
      it(`closes the connection for ${JSON.stringify(each.given.filter)}`, async () => {
        const wire = await login();
        assert.equal((await wire.exchange(subscribePacket([each.given.filter ?? ""]))).closed, each.closed);
      });
    }

    it("answers each filter of a SUBSCRIBE on its own and delivers with QoS 0", async () => {
      const wire = await login();
      const filters = [
        "v3/app2/devices/+/up",
        "v3/app2/devices/+/join",
        "nope",
        "v3/app2/devices/+/down/queued",
      ];
      const { packets } = await wire.exchange(subscribePacket(filters, [0, 1, 0, 2]));
      assert.deepEqual(subackCodes(packets), [0, 1, 128, 2]);
      for (const kind of STACK_KINDS) simulator.publish(kind, "dev-a", {});
      const received = (await wire.exchange()).packets;
      assert.deepEqual(topics(received), ["dev-a/up", "dev-a/join", "dev-a/down/queued"]);
      assert.ok(received.every((one) => one.cmd === "publish" && one.qos === 0 && !one.retain && !one.dup));
    });

    it("delivers one copy with overlapping filters", async () => {
      const [each] = casesOf("subscribe", "overlapping filters");
      const wire = await login();
      await wire.exchange(subscribePacket(each?.given.filters ?? []), subscribePacket(["#", "#", "#"]));
      simulator.publish("uplink_message", "dev-a", {});
      assert.equal(topics((await wire.exchange()).packets).length, each?.copies);
    });

    for (const each of casesOf("subscribe", "unsubscribe")) {
      const { subscribed = [], unsubscribed = [] } = each.given;
      it(`unsubscribes ${unsubscribed.join(" and ")} from ${subscribed.join(" and ")}`, async () => {
        const wire = await login();
        await wire.exchange(subscribePacket(subscribed));
        const { closed } = await wire.exchange(unsubscribePacket(unsubscribed));
        assert.equal(closed, each.closed);
        if (closed) return;
        simulator.publish("uplink_message", "dev-a", {});
        assert.equal(topics((await wire.exchange()).packets).length, each.copies_after);
      });
    }

    it("grants filters to keys without the right to read, and stays silent", async () => {
      for (const key of [keys.writeOnly, keys.info]) {
        const wire = await login(key);
        assert.deepEqual(subackCodes((await wire.exchange(subscribePacket(["#"]))).packets), [0]);
        simulator.uplink("dev-a");
        assert.deepEqual(topics((await wire.exchange()).packets), []);
      }
    });

    it("delivers to a key with LINK, to every connection, and nothing without a subscription", async () => {
      const [link, second, none] = [await login(keys.link), await login(), await login()];
      for (const wire of [link, second]) await wire.exchange(subscribePacket(["#"]));
      simulator.uplink("dev-a");
      const received = await Promise.all([link, second, none].map((wire) => wire.exchange()));
      assert.deepEqual(
        received.map(({ packets }) => topics(packets).length),
        [1, 1, 0],
      );
    });
  });

  describe("PUBLISH", () => {
    const list = (...downlinks: object[]): string => JSON.stringify({ downlinks });
    const item = { f_port: 15, frm_payload: "AQ==" };
    const bytes = (count: number): object => ({
      ...item,
      frm_payload: Buffer.alloc(count).toString("base64"),
    });
    const own = "v3/app2/devices/dev-a/down/push";
    const valid = list(item);
    type Sent = { topic?: string; payload?: string; key?: () => string } & PublishFields;
    const sent: Record<string, Sent> = {
      "push, valid": {},
      "push, valid, retain": { retain: true },
      "push, valid, dup and qos 1": { dup: true },
      "replace, valid": { topic: own.replace("push", "replace") },
      "replace, empty list": { topic: own.replace("push", "replace"), payload: list() },
      "push, empty list": { payload: list() },
      "push, {}": { payload: "{}" },
      "push, three items": { payload: list(item, item, item) },
      "push, bad JSON": { payload: "{" },
      "push, trailing comma": { payload: '{"downlinks":[{"f_port":15,"frm_payload":"AQ==",}]}' },
      "push, empty body": { payload: "" },
      "push, not JSON": { payload: "hello" },
      "push, unknown device": { topic: "v3/app2/devices/nobody/down/push" },
      "push, malformed device id": { topic: "v3/app2/devices/Dev_A/down/push" },
      "push, device without session": { topic: "v3/app2/devices/dev-otaa/down/push" },
      "push, no f_port": { payload: list({ frm_payload: "AQ==" }) },
      "push, f_port 224": { payload: list({ ...item, f_port: 224 }) },
      "push, no payload": { payload: list({ f_port: 15 }) },
      "push, 243 bytes": { payload: list(bytes(243)) },
      "push, 256 bytes": { payload: list(bytes(256)) },
      "push, 1 MB body of unknown field": {
        payload: JSON.stringify({ x: "y".repeat(1e6), downlinks: [item] }),
      },
      "other application in the topic": { topic: "v3/other-app/devices/dev-a/down/push" },
      "app@ttn in the topic": { topic: "v3/app2@ttn/devices/dev-a/down/push" },
      "topic v2 style": { topic: "app2/devices/dev-a/down" },
      "topic with a leading slash": { topic: `/${own}` },
      "topic with + (raw)": { topic: "v3/+/devices/dev-a/down/push" },
      "topic with # (raw)": { topic: "v3/app2/#" },
      "empty topic (raw)": { topic: "" },
      "qos 0 with dup (raw)": { dup: true },
      "push, read-only key": { key: () => keys.readOnly },
      "push, write-only key": { key: () => keys.writeOnly },
      "push, info key": { key: () => keys.info },
      "push, link key": { key: () => keys.link },
      "push, class C device": { topic: "v3/app2/devices/dev-c/down/push" },
      "push, max_attempts 33": {
        payload: list({ ...item, confirmed: true, confirmed_retry: { max_attempts: 33 } }),
      },
    };
    const onForbiddenTopic = /^forbidden topic …(.*)$/;

    /** As the table writes them: the topic, for `failed` with the name of the error. */
    const eventsOf = (received: Awaited<ReturnType<Wire["exchange"]>>["packets"]): string[] => {
      const names = topics(received);
      return messages(received).map((message, index) => {
        const failed = /"error":\{[^}]*?"name":"(\w+)"/.exec(
          JSON.stringify(message.downlink_failed ?? null),
        )?.[1];
        return `${names[index] ?? ""}${failed === undefined ? "" : `(${failed})`}`;
      });
    };

    for (const each of casesOf("publish").filter(({ given }) => given.qos !== undefined)) {
      const forbidden = onForbiddenTopic.exec(each.case)?.[1];
      const given = forbidden === undefined ? sent[each.case] : { topic: `v3/app2/devices${forbidden}` };
      it(`${each.case}, QoS ${each.given.qos ?? 0}`, async () => {
        assert.ok(given, "every case of the table is tried");
        const observer = await login();
        await observer.exchange(
          subscribePacket(["v3/+/devices/+/down/queued", "v3/+/devices/+/down/failed"]),
        );
        const wire = await login(given.key?.());
        const fields = { ...given, qos: each.given.qos ?? 0 };
        const { packets, closed } = await wire.exchange(
          publishPacket(given.topic ?? own, given.payload ?? valid, fields),
        );
        assert.equal(!closed, each.connection_up);
        if (each.puback !== undefined)
          assert.equal(
            packets.some(({ cmd }) => cmd === "puback"),
            each.puback,
          );
        if (each.pubrec !== undefined)
          assert.equal(
            packets.some(({ cmd }) => cmd === "pubrec"),
            each.pubrec,
          );
        assert.deepEqual(eventsOf((await observer.exchange()).packets), each.events);
      });
    }

    it("executes QoS 2 once per packet ID until its PUBREL, and a repeated QoS 1 again", async () => {
      const wire = await login();
      await wire.exchange(subscribePacket(["v3/app2/devices/+/down/queued"]));
      const twice = (qos: number): Buffer[] => [
        publishPacket(own, valid, { qos, id: 7 }),
        publishPacket(own, valid, { qos, id: 7, dup: true }),
      ];
      assert.equal(topics((await wire.exchange(...twice(1))).packets).length, 2);
      assert.equal(topics((await wire.exchange(...twice(2))).packets).length, 1);
      const released = await wire.exchange(
        packet(0x62, [0, 7]),
        publishPacket(own, valid, { qos: 2, id: 7 }),
      );
      assert.deepEqual(
        released.packets.map(({ cmd }) => cmd),
        ["pubcomp", "publish", "pubrec"],
      );
    });

    it("answers a PUBREL that is sent again, after a reconnection", async () => {
      const { packets } = await (await login()).exchange(packet(0x62, [0, 1]));
      assert.deepEqual(
        packets.map(({ cmd }) => cmd),
        ["pubcomp"],
      );
    });

    it("runs what comes in one segment with the CONNECT, in order", async () => {
      const wire = await open();
      const login = connectPacket({ userName: "app2", password: simulator.apiKey });
      const { packets } = await wire.exchange(
        Buffer.concat([
          login,
          subscribePacket(["v3/app2/devices/dev-a/#"]),
          publishPacket(own, valid, { qos: 1 }),
        ]),
      );
      assert.deepEqual(
        packets.map(({ cmd }) => cmd),
        ["connack", "suback", "publish", "puback"],
      );
    });

    it("executes a QoS 0 publish of a client that leaves at once", async () => {
      const observer = await login();
      await observer.exchange(subscribePacket(["v3/app2/devices/+/down/queued"]));
      const wire = await login();
      wire.send(publishPacket(own, valid), packet(0xe0));
      wire.end();
      const { packets } = await observer.until((all) => all.length > 0);
      assert.deepEqual(topics(packets), ["dev-a/down/queued"]);
    });
  });
});
