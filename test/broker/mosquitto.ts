/** A real MQTT broker, Debian's Mosquitto, on a free port of this machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { freePort } from "../freePort";

const MOSQUITTO = process.env.MOSQUITTO ?? "/usr/sbin/mosquitto";

export interface Mosquitto {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** A client of its own, for publishing. */
  client(options?: IClientOptions): Promise<MqttClient>;
  /** As an administrator restarts it: what it keeps is written before. */
  restart(): Promise<void>;
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

/** Where one that comes with Mosquitto is: a folder for each kind of processor. */
export function plugin(file: string): string {
  const folders = readdirSync("/usr/lib").map((folder) => path.join("/usr/lib", folder, file));
  const found = [path.join("/usr/lib", file), ...folders].find((place) => existsSync(place));
  if (found === undefined) throw new Error(`Mosquitto's ${file} is not found below /usr/lib`);
  return found;
}

/** A line of a password file. */
export function passwordLine(user: string, password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, "sha512");
  return `${user}:$7$101$${salt.toString("base64")}$${hash.toString("base64")}\n`;
}

/**
 * @param config lines for mosquitto.conf besides the listener; by default every client may log in. `FOLDER` stands for its own folder
 * @param files into that folder, by name
 */
export async function startMosquitto(
  config = "allow_anonymous true",
  files: Readonly<Record<string, string>> = {},
): Promise<Mosquitto> {
  if (!existsSync(MOSQUITTO))
    throw new Error(
      "These tests need Mosquitto: apt-get install -y --no-install-recommends mosquitto (or MOSQUITTO=<path>)",
    );
  const folder = await mkdtemp(path.join(tmpdir(), "tts-mosquitto-"));
  const port = await freePort();
  const file = path.join(folder, "mosquitto.conf");
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  // Started by root it would become another user, who may not read here.
  const lines = [`user ${userInfo().username}`, `listener ${port} 127.0.0.1`, config];
  await writeFile(file, `${lines.join("\n").replaceAll("FOLDER", folder)}\n`);
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
  const endBy = async (signal: NodeJS.Signals): Promise<void> => {
    const running = process_;
    process_ = undefined;
    if (running?.exitCode !== null) return;
    running.kill(signal);
    await once(running, "exit");
  };
  const kill = (): Promise<void> => endBy("SIGKILL");
  await start();
  return {
    host: "127.0.0.1",
    port,
    url: `mqtt://127.0.0.1:${port}`,
    client: async (options = {}) => {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 100, ...options });
      clients.add(client);
      return client;
    },
    restart: async () => {
      await endBy("SIGTERM");
      await start();
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
