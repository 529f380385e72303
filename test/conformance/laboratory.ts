/**
 * A stack with the devices of the captures, and their radio: the simulator, or a real stack with an emulated radio.
 *
 * | variable | meaning                                                                                | default       |
 * | -------- | -------------------------------------------------------------------------------------- | ------------- |
 * | TTS_AIR  | URL of an emulated radio for the stack that TTS_HOST names, which answers as `Radio` asks | tests skipped |
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator } from "../../simulator/simulator";
import type { Frame } from "./captured";
import { capturedDevices } from "./laboratoryDevices";
import type { SentUplink } from "./replay";
import { openTarget, type Target } from "./target";

export interface Radio {
  join(deviceId: string): Promise<void>;
  uplink(deviceId: string, uplink: SentUplink): Promise<void>;
  gateways(behaviour: { txError: string | undefined; silent: boolean }): Promise<void>;
  /** What the gateways had to transmit for this device, so far. */
  frames(deviceId: string): Promise<Frame[]>;
}

export interface Laboratory {
  readonly target: Target;
  /** Undefined: nothing can be sent or heard. */
  readonly radio: Radio | undefined;
  /** ms in which nothing must come where nothing came then. */
  readonly quietFor: number;
  /** Until the device's receive windows are over. */
  settled(deviceId: string): Promise<void>;
  close(): Promise<void>;
}

/** Its ms are shorter than a real one's, where nothing waits for them. */
export async function simulatedLaboratory(): Promise<Laboratory> {
  const simulator = await startSimulator({ devices: capturedDevices(), timing: { acceptedAfter: 10 } });
  const { host, port, apiUrl, applicationId, userName, apiKey } = simulator;
  const now = <T>(value: T): Promise<T> => Promise.resolve(value);
  return {
    target: {
      endpoint: { host, port },
      api: apiUrl,
      applicationId,
      tenantId: undefined,
      userName,
      apiKey,
      device: "fixed",
      optional: {},
      apiWith: (key = apiKey) => ({ url: apiUrl, apiKey: key }),
      given: (test) => test.skip(),
      close: () => simulator.stop(),
    },
    radio: {
      join: (deviceId) => {
        simulator.join(deviceId);
        return now(undefined);
      },
      uplink: (deviceId, { fPort, payload, spreadingFactor, ack, confirmed }) => {
        const settings = { data_rate: { lora: { spreading_factor: spreadingFactor } } };
        const message = { f_port: fPort, frm_payload: payload, settings, ...(confirmed && { confirmed }) };
        simulator.uplink(deviceId, message, { ack });
        return now(undefined);
      },
      gateways: (behaviour) => {
        simulator.gateways(behaviour);
        return now(undefined);
      },
      frames: (deviceId) =>
        now(
          simulator.transmissions
            .filter((frame) => frame.deviceId === deviceId)
            .map(({ gatewayId, error, fPort, payload, confirmed }) => {
              const via = gatewayId.replace("-gateway", "");
              if (error !== undefined) return { via, refused: error };
              return { via, fPort, payload: payload.toString("base64"), confirmed };
            }),
        ),
    },
    quietFor: 40,
    settled: () => now(undefined),
    close: () => simulator.stop(),
  };
}

/** The emulated devices that have to join before anything else, and ms after an uplink until they are deaf again. */
const DEAF_AFTER: Readonly<Record<string, number>> = {
  plain: 2_300,
  sensor: 2_300,
  retry: 2_300,
  valve: 2_300,
  tracker: 6_500,
};

export async function realLaboratory(): Promise<Laboratory> {
  const target = await openTarget();
  const url = process.env.TTS_AIR ?? "";
  const deafAt = new Map<string, number>();
  const settled = async (deviceId: string): Promise<void> => {
    const ms = (deafAt.get(deviceId) ?? 0) - Date.now();
    if (ms > 0) await sleep(ms);
  };
  const radio = url === "" ? undefined : airRadio(url, settled, deafAt);
  if (radio !== undefined) {
    const deviceIds = Object.keys(DEAF_AFTER);
    // One after the other: a gateway cannot transmit two join-accepts at once.
    for (const deviceId of deviceIds) await radio.join(deviceId);
    // The network's first frames after a join carry MAC commands, which raise the priority of what travels with them.
    await Promise.all(
      deviceIds.map(async (deviceId) => {
        const uplink = { fPort: 1, payload: "AA==", spreadingFactor: 7, ack: true };
        // By both gateways: one that never heard anything has no clock to transmit by.
        await radio.uplink(deviceId, { ...uplink, via: ["roof", "yard"] });
        for (let n = 0; n < 2; n++) await radio.uplink(deviceId, uplink);
        await settled(deviceId);
      }),
    );
  }
  return { target, radio, quietFor: 700, settled, close: () => target.close() };
}

interface Heard {
  readonly device?: string;
  readonly via: string;
  readonly kind: string;
  readonly error?: string;
  readonly fPort?: number;
  /** Hexadecimal. */
  readonly payload?: string;
  readonly confirmed?: boolean;
}

function airRadio(
  url: string,
  settled: (deviceId: string) => Promise<void>,
  deafAt: Map<string, number>,
): Radio {
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(url + path, body && { method: "POST", body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    join: async (deviceId) => {
      await ask(`/join/${deviceId}`, {});
    },
    uplink: async (deviceId, { fPort, payload, spreadingFactor, ack, via }) => {
      await settled(deviceId);
      await ask(`/uplink/${deviceId}`, {
        fPort,
        payload: Buffer.from(payload, "base64").toString("hex"),
        ...(!ack && { ack }),
        ...(via && { via }),
        radio: { datr: `SF${spreadingFactor}BW125` },
      });
      deafAt.set(deviceId, Date.now() + (DEAF_AFTER[deviceId] ?? 2_300));
    },
    gateways: async ({ txError, silent }) => {
      await ask("/gateways", { txError: txError ?? null, silent });
    },
    frames: async (deviceId) => {
      const heard = (await ask("/heard")) as readonly Heard[];
      return heard.flatMap(
        ({ device, via, kind, error, fPort, payload = "", confirmed = false }): Frame[] => {
          if (kind === "refused") return [{ via, refused: error ?? "" }];
          // Without FPort, or with 0, it is the network itself that has something to say.
          if (device !== deviceId || kind !== "data" || !fPort) return [];
          return [{ via, fPort, payload: Buffer.from(payload, "hex").toString("base64"), confirmed }];
        },
      );
    },
  };
}
