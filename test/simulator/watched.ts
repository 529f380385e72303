import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator } from "../../simulator/simulator";
import type { SimulatedDevice, Simulator, SimulatorOptions } from "../../simulator/simulator";
import type { ApplicationDownlink, JsonObject, StackError } from "../../src/stack/messages";
import { Wire, connectPacket, messages, publishPacket, subscribePacket, topics } from "./wire";

/** A downlink inside a message, whatever its kind, and its error where it has one. */
export interface Told {
  /** Of the topic, for example `sent`; `up` for an uplink. */
  readonly kind: string;
  readonly message: JsonObject;
  readonly downlink: ApplicationDownlink;
  readonly error: StackError | undefined;
}

export const device = (given: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
  id: "pump",
  devEui: "70B3D57ED0000001",
  joinEui: "70B3D57ED0000000",
  class: "A",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
  ...given,
});

const running: { simulator: Simulator; wire: Wire }[] = [];

/** For the end of each test. */
export async function stopWatched(): Promise<void> {
  for (const { simulator, wire } of running.splice(0)) {
    wire.destroy();
    await simulator.stop();
  }
}

/** A simulator with one device, and a client that sees all that is published. */
export class Watched {
  readonly simulator: Simulator;
  readonly #wire: Wire;
  readonly #deviceId: string;

  private constructor(simulator: Simulator, wire: Wire, deviceId: string) {
    running.push({ simulator, wire });
    this.simulator = simulator;
    this.#wire = wire;
    this.#deviceId = deviceId;
  }

  static async start(model: SimulatedDevice, options: SimulatorOptions = {}): Promise<Watched> {
    const simulator = await startSimulator({
      ...options,
      devices: [model],
      timing: { acceptedAfter: 5, ...options.timing },
    });
    const wire = await Wire.open(simulator.port);
    await wire.exchange(
      connectPacket({ userName: simulator.userName, password: simulator.apiKey }),
      subscribePacket(["#"]),
    );
    return new Watched(simulator, wire, model.id);
  }

  push(...items: readonly object[]): void {
    this.#publish("push", items);
  }

  replace(...items: readonly object[]): void {
    this.#publish("replace", items);
  }

  #publish(operation: string, downlinks: readonly object[]): void {
    const topic = `v3/app1/devices/${this.#deviceId}/down/${operation}`;
    this.#wire.send(publishPacket(topic, JSON.stringify({ downlinks })));
  }

  uplink(ack?: boolean): void {
    this.simulator.uplink(this.#deviceId, {}, ack === undefined ? {} : { ack });
  }

  /** Waits for as many messages, which must be of these kinds, in this order. */
  async tells(...kinds: readonly string[]): Promise<Told[]> {
    const { packets } = await this.#wire.until((all) => topics(all).length >= kinds.length);
    const told = messages(packets).map((message, index) => asTold(topics(packets)[index] ?? "", message));
    assert.deepEqual(
      told.map(({ kind }) => kind),
      kinds,
    );
    return told;
  }

  /** Nothing is on its way, and nothing comes of what was planned. */
  async isSilent(): Promise<void> {
    await sleep(40);
    const { packets } = await this.#wire.exchange();
    assert.deepEqual(topics(packets), []);
  }
}

function asTold(topic: string, message: JsonObject): Told {
  const kind = topic.split("/").at(-1) ?? "";
  const body = (message[`downlink_${kind}`] ?? {}) as JsonObject;
  return {
    kind,
    message,
    downlink: (kind === "failed" ? body.downlink : body) as ApplicationDownlink,
    error: body.error as StackError | undefined,
  };
}
