/** The services, each with two lamps that take downlinks, so that the same scenes are played on all of them. */
import { startSimulator } from "../../simulator/simulator";
import { startV2Simulator } from "../../simulator/v2/simulator";
import { DEVICES, until } from "./downlinks";
import { connection, type FlowNode } from "./nodeRed";

export interface Stage {
  /** The config node `connection`, and what it logs in with. */
  readonly connection: FlowNode;
  readonly credentials: Record<string, string>;
  /** The bytes of each downlink that was published, as Base64, in order. */
  readonly published: readonly string[];
  /** What is told of a downlink while Node-RED is not there comes when it is back. */
  readonly keepsAnswers: boolean;
  /** What waits for a device. */
  queue(deviceId: string): number;
  /** Lets a device send, which gets what waits for it. */
  uplink(deviceId: string): void;
  /** Node-RED loses the connection, and gets none. */
  away(): Promise<void>;
  back(): Promise<void>;
  stop(): Promise<void>;
}

/** When so many wait for a device. */
export const waiting = (stage: Stage, deviceId: string, number = 1): Promise<void> =>
  until(() => stage.queue(deviceId) === number, `${number} in the queue of ${deviceId}`);

const bytesOf = (payload: Buffer, in_: "downlinks" | "payload_raw"): string[] => {
  const body = JSON.parse(payload.toString()) as {
    readonly payload_raw: string;
    readonly downlinks: readonly { readonly frm_payload: string }[];
  };
  return in_ === "payload_raw" ? [body.payload_raw] : body.downlinks.map(({ frm_payload }) => frm_payload);
};

export const requested = (payload: string | Buffer): string[] => bytesOf(Buffer.from(payload), "downlinks");

export async function stackStage(): Promise<Stage> {
  const simulator = await startSimulator({ devices: DEVICES, timing: { acceptedAfter: 1 } });
  return {
    connection: connection(simulator, { api: simulator.apiUrl }),
    credentials: { apiKey: simulator.apiKey },
    keepsAnswers: false,
    get published() {
      return simulator.publishes.flatMap(({ payload }) => requested(payload));
    },
    queue: (deviceId) => simulator.queue(deviceId).length,
    uplink: (deviceId) => void simulator.uplink(deviceId),
    away: () => simulator.stop(),
    back: () => simulator.restart(),
    stop: () => simulator.stop(),
  };
}

export async function v2Stage(): Promise<Stage> {
  const simulator = await startV2Simulator({ devices: DEVICES.map(({ id }) => ({ id })) });
  const { host, port, applicationId, accessKey } = simulator;
  return {
    connection: connection(undefined, { service: "v2", host, port: String(port), applicationId }),
    credentials: { apiKey: accessKey },
    keepsAnswers: false,
    get published() {
      return simulator.publishes.flatMap(({ payload }) => bytesOf(payload, "payload_raw"));
    },
    queue: (deviceId) => simulator.queue(deviceId).length,
    uplink: (deviceId) => void simulator.uplink(deviceId),
    away: () => simulator.stop(),
    back: () => simulator.restart(),
    stop: () => simulator.stop(),
  };
}
