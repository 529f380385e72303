import { startSimulator, type SimulatedDevice } from "../../simulator/simulator";
import { counted, itemsIn, numberIn, payloadOf } from "./numbers";
import type { Target } from "./target";

const device = (id: string, kind: "A" | "C"): SimulatedDevice => ({
  id,
  class: kind,
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
});

/** The simulator knows all that it took, and what its devices got. */
export async function simulated(): Promise<Target> {
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
    isBehind: () => false,
    disorder: 0,
    unpublished: () => false,
    queued: () => Promise.resolve(counted(taken)),
    heard: (number) => counted(got).get(number) ?? 0,
    restart: () => simulator.restart(),
    freeze: (on) => simulator.freeze(on),
    stop: () => simulator.stop(),
  };
}
