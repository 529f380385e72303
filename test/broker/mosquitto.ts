/** A real MQTT broker, Debian's Mosquitto, on a free port of this machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { freePort } from "../freePort";

const MOSQUITTO = process.env.MOSQUITTO ?? "/usr/sbin/mosquitto";

export interface Mosquitto {
  readonly host: string;
  readonly port: number;
  /** A client of its own, for publishing. */
  client(): Promise<MqttClient>;
  /** Ends the process; `start` brings it back on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** @param config lines for mosquitto.conf besides the listener; by default anybody may log in */
export async function startMosquitto(config = "allow_anonymous true"): Promise<Mosquitto> {
  if (!existsSync(MOSQUITTO))
    throw new Error(
      "These tests need Mosquitto: apt-get install -y --no-install-recommends mosquitto (or MOSQUITTO=<path>)",
    );
  const folder = await mkdtemp(path.join(tmpdir(), "tts-mosquitto-"));
  const port = await freePort();
  const file = path.join(folder, "mosquitto.conf");
  await writeFile(file, `listener ${port} 127.0.0.1\n${config}\n`);
  const clients = new Set<MqttClient>();
  let process_: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    process_ = spawn(MOSQUITTO, ["-c", file], { stdio: "ignore" });
    const deadline = Date.now() + 5_000;
    while (!(await answers(port))) {
      if (process_.exitCode !== null || Date.now() > deadline) throw new Error("Mosquitto did not start");
      await sleep(20);
    }
  };
  const kill = async (): Promise<void> => {
    const running = process_;
    process_ = undefined;
    if (running?.exitCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "exit");
  };
  await start();
  return {
    host: "127.0.0.1",
    port,
    client: async () => {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 100 });
      clients.add(client);
      return client;
    },
    kill,
    start,
    stop: async () => {
      for (const client of clients) client.end(true);
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
