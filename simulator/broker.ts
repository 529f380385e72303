import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A broker for the demo, on this machine only. */
export interface DemoBroker {
  readonly name: "Mosquitto" | "aedes";
  readonly host: string;
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const STARTS_WITHIN_MS = 5_000;

const known = (name: DemoBroker["name"], port: number): Omit<DemoBroker, "stop"> => ({
  name,
  host: HOST,
  port,
  url: `mqtt://${HOST}:${port}`,
});

/** Where an installed Mosquitto is; Debian has it where only administrators look. */
function mosquittoProgram(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => path.join(folder, "mosquitto")).find((file) => existsSync(file));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function startMosquitto(program: string): Promise<DemoBroker> {
  const folder = await mkdtemp(path.join(tmpdir(), "tts-demo-broker-"));
  const port = await freePort();
  const file = path.join(folder, "mosquitto.conf");
  await writeFile(file, `listener ${port} ${HOST}\nallow_anonymous true\n`);
  const child = spawn(program, ["-c", file], { stdio: "ignore" });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error("Mosquitto did not start");
    }
    await sleep(20);
  }
  return { ...known("Mosquitto", port), stop };
}

/** Loaded late: aedes needs Node 20. */
async function startEmbedded(): Promise<DemoBroker> {
  const { Aedes } = await import("aedes");
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle).listen(0, HOST);
  await once(server, "listening");
  return {
    ...known("aedes", (server.address() as AddressInfo).port),
    stop: async () => {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * Mosquitto where it is installed, as users have it, else a broker within this process.
 * @param program Mosquitto's; `undefined` looks for it, empty for the other one
 */
export async function startDemoBroker(program = mosquittoProgram()): Promise<DemoBroker> {
  return program === undefined || program === "" ? startEmbedded() : startMosquitto(program);
}
