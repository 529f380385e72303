/** Mosquitto, and what publishes uplinks to it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";

/** Uplinks that go out together, and the pause after them: about 8,000 a second. */
const BATCH = 40;
const PAUSE_MS = 5;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function isUp(port) {
  const socket = connectSocket(port, "127.0.0.1");
  const up = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return up;
}

/** Starts Mosquitto with its configuration in that folder. */
export async function startBroker(folder) {
  const port = await freePort();
  const config = path.join(folder, "mosquitto.conf");
  await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
  const mosquitto = spawn("mosquitto", ["-c", config], {
    stdio: "ignore",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  mosquitto.on("error", () => {
    console.error("Mosquitto is missing: apt-get install -y --no-install-recommends mosquitto");
    process.exit(1);
  });
  while (!(await isUp(port))) await sleep(50);
  return { port, stop: () => mosquitto.kill() };
}

const fixture = new globalThis.URL("../test/fixtures/uplink.jsonl", import.meta.url);
const captured = (await readFile(fixture, "utf8"))
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const { payload } = captured.find(({ name }) => name === "decoded");

export const topicOf = (device) => `v3/app1/devices/${device}/up`;

/** A captured uplink, as that device would send it. */
export const bodyOf = (device) =>
  JSON.stringify({ ...payload, end_device_ids: { ...payload.end_device_ids, device_id: device } });

export const devicesOf = (count) => Array.from({ length: count }, (_, i) => `device-${i}`);

/** What publishes uplinks to the broker at that port. */
export async function connectPublisher(port) {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  return {
    publish: (topic, body) => client.publish(topic, body),
    /** Publishes so many uplinks of these devices in turn; `each` is called for every one of them. */
    async uplinks(count, devices, each = () => undefined) {
      const messages = devices.map((device) => [topicOf(device), bodyOf(device)]);
      for (let sent = 0; sent < count;) {
        for (let i = 0; i < BATCH && sent < count; i++, sent++) {
          client.publish(...messages[sent % messages.length]);
          each(sent);
        }
        await sleep(PAUSE_MS);
      }
    },
    end: () => client.endAsync(),
  };
}
