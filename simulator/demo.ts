/** The stack of the service `demo`: devices that send, answer and fail, at a port of this process. Loaded when it is first used. */
import { randomBytes } from "node:crypto";
import { demoStackDevices, type DemoDevice } from "./devices/demo";
import { startServer, type SimulatedServer } from "./server";

/** What a connection needs to know. */
export interface Demo {
  readonly host: string;
  readonly port: number;
  readonly apiUrl: string;
  readonly applicationId: string;
  /** Of this process, and good for nothing else. */
  readonly apiKey: string;
  /** Nothing of it listens, waits or sends any more. */
  stop(): Promise<void>;
  /** On the same ports, with the same devices and queues. The devices join anew, as after a power cut. */
  restart(): Promise<void>;
}

const APPLICATION_ID = "demo";

/** ms from the first login until the first device sends, and from one device to the next: they are not switched on together. */
const FIRST_AFTER_MS = 500;
const ONE_AFTER_ANOTHER_MS = 500;

/** How often a device that moves out of reach joins anew, by its own turns. */
const JOINS_EVERY = 6;

export async function startDemo(): Promise<Demo> {
  const devices = demoStackDevices();
  const { server } = await startServer({
    version: "3.36",
    applicationId: APPLICATION_ID,
    devices: devices.map(({ device }) => device),
    keys: [{ name: `Node-RED demo ${randomBytes(2).toString("hex")}`, rights: ["RIGHT_APPLICATION_ALL"] }],
  });
  let turns = new Turns(server, devices);
  return {
    host: server.host,
    port: server.port,
    apiUrl: server.apiUrl,
    applicationId: server.applicationId,
    apiKey: server.apiKey,
    stop: async () => {
      turns.end();
      await server.stop();
    },
    restart: async () => {
      await server.restart();
      turns = new Turns(server, devices);
    },
  };
}

/** Lets each device send at its own pace, from the first login on: what came before it would be lost. */
class Turns {
  readonly #server: SimulatedServer;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #begin: () => void;

  constructor(server: SimulatedServer, devices: readonly DemoDevice[]) {
    this.#server = server;
    this.#begin = () => {
      for (const [index, device] of devices.entries())
        this.#after(FIRST_AFTER_MS + index * ONE_AFTER_ANOTHER_MS, () => this.#take(device, 0));
    };
    server.events.once("connect", this.#begin);
  }

  end(): void {
    this.#server.events.off("connect", this.#begin);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #take(device: DemoDevice, turn: number): void {
    const { id } = device.device;
    if (device.refusal !== undefined) this.#server.refuseJoin(id, device.refusal);
    else {
      if (turn === 0 || (device.moves && turn % JOINS_EVERY === 0)) this.#server.join(id);
      this.#server.uplink(id);
    }
    this.#after(device.everyMs, () => this.#take(device, turn + 1));
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
