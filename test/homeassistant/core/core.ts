/** A real Home Assistant core as a process, and what it shows. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../../freePort";

const ROOT = path.resolve(__dirname, "../../..");
/** The Python that has Home Assistant. */
const PYTHON = process.env.HOME_ASSISTANT ?? path.join(ROOT, ".scratch/home-assistant/bin/python");

export const MISSING = existsSync(PYTHON)
  ? undefined
  : `Home Assistant is not installed at ${PYTHON}: see test/homeassistant/core/README.md`;

export interface ShownEntity {
  readonly entity_id: string;
  readonly unique_id: string;
  readonly device_id: string | null;
  readonly name: string | null;
  readonly category: string | null;
  readonly state: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ShownDevice {
  readonly id: string;
  readonly identifiers: readonly string[];
  readonly name: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly sw_version: string | null;
  readonly serial_number: string | null;
}

export interface Home {
  readonly entities: readonly ShownEntity[];
  readonly devices: readonly ShownDevice[];
  /** Warnings and errors of its log since it started. */
  readonly complaints: readonly string[];
}

export interface Core {
  readonly home: Home;
  /** Resolves with what `found` gives as soon as it gives something. */
  until<T>(found: (home: Home) => T | undefined, what: string): Promise<T>;
  /** What core takes: units and state classes by device class. */
  classes(): Promise<unknown>;
  /** As from its interface: `switch.turn_on`. */
  call(domain: string, service: string, data: object): Promise<void>;
  /** As an administrator restarts it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Told {
  readonly home?: Home;
  readonly ready?: true;
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const WAIT_MS = 60_000;

/** @param brokerPort of a broker on this machine that lets in every client */
export async function startCore(brokerPort: number): Promise<Core> {
  const folder = await mkdtemp(path.join(tmpdir(), "home-assistant-"));
  const webPort = await freePort();
  const web = `http:\n  server_host: 127.0.0.1\n  server_port: ${webPort}\n`;
  await writeFile(path.join(folder, "configuration.yaml"), web);
  let home: Home = { entities: [], devices: [], complaints: [] };
  let count = 0;
  const watchers = new Set<() => void>();
  const waiting = new Map<number, (told: Told) => void>();

  const start = async (): Promise<{ write: (line: object) => void; end: () => Promise<void> }> => {
    const program = path.join(__dirname, "core.py");
    const child = spawn(PYTHON, [program, folder, String(brokerPort), String(webPort)], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-5_000)));
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error(`Home Assistant ended:\n${said}`)));
      createInterface(child.stdout).on("line", (line) => {
        const told = JSON.parse(line) as Told;
        if (told.ready) resolve();
        if (told.id !== undefined) waiting.get(told.id)?.(told);
        if (told.home === undefined) return;
        home = told.home;
        for (const look of watchers) look();
      });
    });
    return {
      write: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
      end: async () => {
        child.stdin.end();
        if (child.exitCode === null) await once(child, "exit");
      },
    };
  };
  let running = await start();

  const ask = async (order: object): Promise<unknown> => {
    const id = ++count;
    const told = new Promise<Told>((resolve) => waiting.set(id, resolve));
    running.write({ id, ...order });
    const { error, answer } = await told;
    waiting.delete(id);
    if (error !== undefined) throw new Error(error);
    return answer;
  };

  return {
    get home() {
      return home;
    },
    until: (found, what) =>
      new Promise((resolve, reject) => {
        const end = setTimeout(() => {
          watchers.delete(look);
          const states = home.entities.map(({ entity_id: id, state }) => `${id} ${state}`).join("\n");
          reject(new Error(`${what}: not seen. ${home.complaints.join("\n")}\n${states}`));
        }, WAIT_MS);
        const look = (): void => {
          const value = found(home);
          if (value === undefined) return;
          clearTimeout(end);
          watchers.delete(look);
          resolve(value);
        };
        watchers.add(look);
        look();
      }),
    classes: () => ask({ do: "classes" }),
    call: async (domain, service, data) => {
      await ask({ do: "call", domain, service, data });
    },
    restart: async () => {
      await running.end();
      home = { entities: [], devices: [], complaints: [] };
      running = await start();
    },
    stop: async () => {
      await running.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
