import assert from "node:assert/strict";
import type { MqttClient } from "mqtt";
import {
  connection,
  listeners,
  node,
  running,
  sink,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
  type Flows,
} from "../nodes/nodeRed";
import { FIRST_UPLINK, LAST_UPLINK, topicOf } from "../services/v2/messages";
import { passwordLine, startMosquitto, type Mosquitto } from "./mosquitto";

const ACCESS_KEY = "ttn-account-v2.made-up";

/** As in V2, where an ordinary broker stood between the network and applications, and each had its part of it. */
const CONFIG = ["allow_anonymous false", "password_file FOLDER/passwords", "acl_file FOLDER/acl"].join("\n");

describe("V2 behind a real broker", () => {
  let broker: Mosquitto;
  let network: MqttClient;

  withNodeRed();
  before(async () => {
    broker = await startMosquitto(CONFIG, {
      passwords: passwordLine("network", "secret") + passwordLine("my_app", ACCESS_KEY),
      acl: "user network\ntopic #\n\nuser my_app\ntopic my_app/devices/#\n",
    });
    network = await broker.client({ username: "network", password: "secret" });
  });
  after(() => broker.stop());

  async function started(nodes: readonly FlowNode[], accessKey = ACCESS_KEY): Promise<Flows> {
    const { host, port } = broker;
    const v2 = connection(undefined, { service: "v2", host, port: String(port), applicationId: "my_app" });
    return running([tab(), v2, ...nodes, sink(), ...listeners()], { connection: { apiKey: accessKey } });
  }

  it("each uplink comes once, and none of its fields, nor news of the registry, nor anybody's downlinks", async () => {
    const flows = await started([
      uplink({ shape: "v2" }),
      node("tts-event", "event", { events: ["downlink_queued", "downlink_ack", "uplink_error"] }),
    ]);
    await flows.shows("uplink", "waiting: all devices");
    await flows.shows("event", "waiting: all devices");
    for (const sent of [FIRST_UPLINK, LAST_UPLINK]) {
      await network.publishAsync(topicOf("up/led"), "true");
      await network.publishAsync(topicOf("down"), '{"port":1,"payload_raw":"AQ=="}');
      await network.publishAsync(topicOf("events/update"), "{}");
      await network.publishAsync(topicOf("up"), JSON.stringify(sent));
      const message = await flows.next();
      assert.deepEqual(message.payload, sent.payload_fields);
      assert.deepEqual(message.metadata, sent.metadata);
    }
    await network.publishAsync(topicOf("events/up/errors"), '{"error":"no"}');
    assert.equal((await flows.next()).reason, "no");
    assert.deepEqual([...flows.untaken(), ...flows.untaken("caught")], []);
  });

  it("a downlink reaches the network once, not retained, and its answers find their way back", async () => {
    const commands: { topic: string; text: string; retain: boolean }[] = [];
    network.on("message", (topic, payload, { retain }) => {
      commands.push({ topic, text: payload.toString(), retain });
      const { port, confirmed, payload_raw } = JSON.parse(payload.toString()) as Record<string, unknown>;
      const message = { port, confirmed, payload_raw };
      network.publish(topicOf("events/down/scheduled"), JSON.stringify({ message }));
      network.publish(topicOf("events/down/sent"), JSON.stringify({ message, config: { counter: 7 } }));
    });
    await network.subscribeAsync("+/devices/+/down");
    const flows = await started([
      { id: "in", type: "function", z: "tab", func: "return msg;", wires: [["send"]] },
      node("tts-downlink", "send", {
        device: "door_1",
        deviceType: "str",
        report: "sent",
        operation: "replace",
      }),
    ]);
    await flows.shows("send", "connected");
    flows.getNode("send").receive({ payload: Buffer.from([0xbe, 0xef]) });
    const { downlink } = await flows.next();
    const { state, fCnt } = Object(downlink) as { state?: unknown; fCnt?: unknown };
    assert.deepEqual({ state, fCnt }, { state: "sent", fCnt: 7 });
    assert.deepEqual(
      commands.map(({ topic, text, retain }): unknown[] => [topic, JSON.parse(text), retain]),
      [[topicOf("down"), { port: 1, confirmed: false, schedule: "replace", payload_raw: "vu8=" }, false]],
    );
  });

  it("says in words of V2 that the login was refused", async () => {
    const flows = await started([uplink()], "ttn-account-v2.another");
    await flows.shows("uplink", "login refused");
    const { error } = await flows.next("caught");
    assert.match(error?.message ?? "", /the application ID or the access key is wrong/);
  });
});
