import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { MqttClient } from "mqtt";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { DEVICES, until } from "../nodes/downlinks";
import type { InstanceNews } from "./instance";
import { startMosquitto, type Mosquitto } from "./mosquitto";
import { BASE, settingsFor, TOPICS } from "./pubsub";

const ROOT = path.resolve(__dirname, "../..");
const UPLINKS = 90;

type Of<N extends InstanceNews["news"]> = Extract<InstanceNews, { readonly news: N }>;

/** A process with one connection of a group. */
class Instance {
  readonly #child: ChildProcess;
  readonly #news: InstanceNews[] = [];

  constructor(broker: Mosquitto, clientId: string, more: object) {
    const connection = {
      ...{ service: "pubsub", host: broker.host, port: broker.port, useTls: false, applicationId: "app1" },
      ...{ baseTopic: BASE, topics: TOPICS, sharedGroup: "team", clientId, ...more },
    };
    const file = path.join(__dirname, "instance.ts");
    this.#child = spawn(process.execPath, ["-r", "./test/register.cjs", file, JSON.stringify(connection)], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdout } = this.#child;
    assert.ok(stdout);
    createInterface({ input: stdout }).on("line", (line) =>
      this.#news.push(JSON.parse(line) as InstanceNews),
    );
  }

  told<N extends InstanceNews["news"]>(news: N): Of<N>[] {
    return this.#news.filter((one): one is Of<N> => one.news === news);
  }

  get devices(): string[] {
    return this.told("uplink").map(({ deviceId }) => deviceId);
  }

  async connected(): Promise<this> {
    await until(() => this.told("connected").length > 0, "an instance that is connected");
    return this;
  }

  send(device: string, tag: string): void {
    this.#child.stdin?.write(`${JSON.stringify({ device, tag })}\n`);
  }

  /** Without a word to the broker. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

describe("several instances on one broker, with a shared group", () => {
  let broker: Mosquitto;
  let stack: Simulator;
  let publisher: MqttClient;
  const instances: Instance[] = [];

  before(async () => {
    broker = await startMosquitto("allow_anonymous true\nmax_queued_messages 0");
    stack = await startSimulator({ devices: DEVICES, timing: { acceptedAfter: 1 } });
    await stack.connectPubsub(settingsFor(broker));
    publisher = await broker.client();
  });
  after(async () => {
    await stack.stop();
    await broker.stop();
  });
  afterEach(() => Promise.all(instances.splice(0).map((instance) => instance.kill())));

  const start = (clientId: string, more: object = {}): Promise<Instance> => {
    const instance = new Instance(broker, clientId, more);
    instances.push(instance);
    return instance.connected();
  };
  const three = (prefix: string, more: object = {}): Promise<Instance[]> =>
    // A group of their own each time: a killed one stays in its group, and its share waits for it.
    Promise.all([1, 2, 3].map((number) => start(`${prefix}${number}`, { sharedGroup: prefix, ...more })));

  let sequence = 0;
  /** Uplinks as the stack publishes them; returns their devices. */
  async function publish(count: number): Promise<string[]> {
    const devices = Array.from({ length: count }, () => `d${++sequence}`);
    for (const device_id of devices) {
      const end_device_ids = { device_id, application_ids: { application_id: "app1" } };
      const uplink_message = { f_port: 1, frm_payload: "AQ==" };
      const body = JSON.stringify({ end_device_ids, correlation_ids: [device_id], uplink_message });
      await publisher.publishAsync(`${BASE}/up`, body, { qos: 1 });
    }
    return devices;
  }
  const all = (parts: readonly Instance[]): string[] => parts.flatMap(({ devices }) => devices).sort();

  it("share the uplinks among them, each comes to one", async () => {
    const parts = await three("share", { clientId: "" });
    const devices = await publish(UPLINKS);
    await until(() => all(parts).length >= UPLINKS, "all uplinks");
    assert.deepEqual(all(parts), devices.sort());
    for (const { devices: own } of parts) assert.ok(own.length > 0);
  });

  it("each get the answers to the downlinks that they sent, at the same time and to one device", async () => {
    const parts = await three("answer");
    for (let round = 0; round < 5; round++)
      for (const [index, part] of parts.entries()) part.send("lamp", `${index}-${round}`);
    await until(() => parts.every((part) => part.told("downlink").length === 5), "all answers");
    for (const [index, part] of parts.entries())
      assert.deepEqual(
        part.told("downlink").map(({ tag, steps, error }) => [tag, steps.at(-1), error]),
        Array.from({ length: 5 }, (_, round) => [`${index}-${round}`, "queued", undefined]),
      );
  });

  it("lose nothing while one of them is killed: its share waits for it, and comes when it is back", async () => {
    const [first, second, third] = await three("kill");
    assert.ok(first && second && third);
    const before = await publish(UPLINKS);
    await second.kill();
    const meanwhile = await publish(UPLINKS);
    const again = await start("kill2", { sharedGroup: "kill" });
    const after = await publish(UPLINKS);
    const parts = [first, second, third, again];
    const expected = [...before, ...meanwhile, ...after].sort();
    await until(() => new Set(all(parts)).size >= expected.length, "all uplinks");
    // What the killed one had got and not acknowledged may come to the new process a second time: no other does.
    assert.deepEqual([...new Set(all(parts))], expected);
    const doubled = all(parts).filter((device, index, list) => device === list[index - 1]);
    assert.ok(doubled.every((device) => second.devices.includes(device) && again.devices.includes(device)));
    assert.deepEqual(all([first, third]), [...new Set(all([first, third]))]);

    again.send("lamp", "back");
    await until(() => again.told("downlink").length === 1, "an answer");
    assert.equal(again.told("downlink")[0]?.steps.at(-1), "queued");
  });
});
