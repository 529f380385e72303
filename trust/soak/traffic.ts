/** What a thousand devices send, at a steady rate. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Simulator } from "../../simulator/simulator";
import { UPLINKS } from "../fuzz/corpus";

const STEP_MS = 4;

/** A captured uplink of usual size, with this in place of the device and the decoded payload. */
function templateOf(): readonly [string, string, string] {
  const found = UPLINKS.map(({ payload }) => payload as Record<string, Record<string, unknown>>).find(
    ({ uplink_message }) => uplink_message?.decoded_payload !== undefined,
  );
  if (!found) throw new Error("no captured uplink with a decoded payload");
  const text = JSON.stringify({
    ...found,
    end_device_ids: { ...found.end_device_ids, device_id: "@device" },
    uplink_message: { ...found.uplink_message, decoded_payload: "@payload" },
  });
  const [before = "", between = "", after = ""] = text.split(/@device|"@payload"/);
  return [before, between, after];
}

export class Traffic {
  readonly #simulator: Simulator;
  readonly #devices: readonly string[];
  readonly #template = templateOf();
  sent = 0;

  constructor(simulator: Simulator, devices: readonly string[]) {
    this.#simulator = simulator;
    this.#devices = devices;
  }

  /** @param perSecond uplinks */
  async send(count: number, perSecond: number): Promise<void> {
    const began = performance.now();
    for (let done = 0; done < count;) {
      const due = Math.min(count, Math.ceil(((performance.now() - began) / 1_000) * perSecond));
      for (; done < due; done++) this.#one();
      await sleep(STEP_MS);
    }
  }

  #one(): void {
    const number = this.sent++;
    const device = this.#devices[number % this.#devices.length] ?? "";
    const [before, between, after] = this.#template;
    const payload = `{"number":${number},"sentAt":${process.hrtime.bigint()}}`;
    this.#simulator.send(`v3/app1/devices/${device}/up`, `${before}${device}${between}${payload}${after}`);
  }
}
