/** What stands behind the lines: the simulator, or a real stack where the environment names one as for the conformance suite. */
import { openTarget, type Target as RealTarget } from "../../test/conformance/target";
import { startSimulator, type SimulatedDevice } from "../../simulator/simulator";
import type { Destination } from "./line";

export interface Target {
  readonly name: string;
  readonly destination: Destination;
  readonly api: string;
  readonly userName: string;
  readonly apiKey: string;
  /** Devices that keep what is queued, and those that hear it at once. */
  readonly keeping: readonly string[];
  readonly hearing: readonly string[];
  /** Sends an uplink with this number in its payload. */
  uplink(number: number): void;
  /** How often the server has taken each downlink into a queue, by the number in its payload. */
  queued(): Promise<ReadonlyMap<number, number>>;
  /** How often a device got it; undefined: not known. */
  heard(number: number): number | undefined;
  /** Absent where it is not ours to restart. */
  readonly restart?: () => Promise<void>;
  /** Takes connections and answers nothing. */
  readonly freeze?: (on: boolean) => void;
  stop(): Promise<void>;
}

export function payloadOf(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

const numberIn = (base64: unknown): number =>
  typeof base64 === "string" ? Buffer.from(base64, "base64").readUInt32BE(0) : -1;

const counted = (numbers: readonly number[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
};

const itemsIn = (json: unknown): readonly number[] => {
  const { downlinks = [] } = json as { downlinks?: readonly { frm_payload?: string }[] };
  return downlinks.map(({ frm_payload }) => numberIn(frm_payload));
};

const device = (id: string, kind: "A" | "C"): SimulatedDevice => ({
  id,
  class: kind,
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
});

export const openTargetOfFaults = (): Promise<Target> =>
  (process.env.TTS_HOST ?? "") === "" ? simulated() : real();

async function simulated(): Promise<Target> {
  const keeping = ["meter-1", "meter-2", "meter-3", "meter-4"];
  const hearing = ["valve-1", "valve-2", "valve-3", "valve-4"];
  const simulator = await startSimulator({
    devices: [
      ...keeping.map((id) => device(id, "A")),
      ...hearing.map((id) => device(id, "C")),
      device("sensor", "A"),
    ],
  });
  const taken: number[] = [];
  const got: number[] = [];
  simulator.events.on("publish", ({ outcome, payload }) => {
    if (outcome === "executed") taken.push(...itemsIn(JSON.parse(payload.toString())));
  });
  simulator.events.on("transmission", ({ payload }) => got.push(numberIn(payload.toString("base64"))));
  const { host, port, apiUrl, userName, apiKey } = simulator;
  return {
    name: "the simulator",
    destination: { host, port },
    api: apiUrl,
    userName,
    apiKey,
    keeping,
    hearing,
    uplink: (number) => {
      simulator.publish("uplink_message", "sensor", {
        f_port: 1,
        f_cnt: number,
        frm_payload: payloadOf(number).toString("base64"),
      });
    },
    queued: () => Promise.resolve(counted(taken)),
    heard: (number) => counted(got).get(number) ?? 0,
    restart: () => simulator.restart(),
    freeze: (on) => simulator.freeze(on),
    stop: () => simulator.stop(),
  };
}

/** The queue of one device of class A, emptied before, is what the server knows of all that was sent. */
async function real(): Promise<Target> {
  const target = await openTarget();
  const path = `${target.api}/as/applications/${target.applicationId}/devices/${target.device}`;
  const ask = async (method: string, end: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${path}/${end}`, {
      method,
      headers: { authorization: `Bearer ${target.apiKey}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json();
  };
  await ask("POST", "down/replace", { downlinks: [] });
  // One after the other: on requests of their own they would come in another order, and of a burst the server drops what is beyond 64.
  let sent: Promise<unknown> = Promise.resolve();
  return {
    name: `The Things Stack at ${target.endpoint.host}`,
    ...fromReal(target),
    keeping: [target.device],
    hearing: [],
    uplink: (number) => {
      const settings = {
        data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 } },
        frequency: "868100000",
      };
      const body = { f_port: 1, frm_payload: payloadOf(number).toString("base64"), settings };
      sent = sent.then(() => ask("POST", "up/simulate", { uplink_message: body })).catch(console.error);
    },
    queued: async () => counted(itemsIn(await ask("GET", "down"))),
    heard: () => undefined,
    stop: () => target.close(),
  };
}

const fromReal = ({ endpoint, api, userName, apiKey }: RealTarget) => ({
  destination: endpoint,
  api,
  userName,
  apiKey,
});
