import { startSimulator } from "../../simulator/simulator";
import { DEVICES } from "../nodes/downlinks";
import { requested, type Stage } from "../nodes/stages";
import type { Mosquitto } from "./mosquitto";
import { startProxy } from "./proxy";
import { pubsub, settingsFor } from "./pubsub";

let counter = 0;

/** A stack whose Pub/Sub integration publishes to this broker, and a wire to the broker that can be taken away. */
export async function pubsubStage(
  broker: Mosquitto,
  more: { readonly clientId?: string } = {},
): Promise<Stage> {
  // No stage hears another one's messages.
  const base = { baseTopic: `stage/${counter++}` };
  const simulator = await startSimulator({ devices: DEVICES, timing: { acceptedAfter: 1 } });
  const integration = await simulator.connectPubsub(settingsFor(broker, base));
  const wire = await startProxy(broker.port);
  const lead = (through: boolean): Promise<void> => {
    wire.lead(through);
    return Promise.resolve();
  };
  return {
    connection: pubsub(broker, { port: String(wire.port), ...base, ...more }),
    credentials: {},
    keepsAnswers: more.clientId !== undefined,
    get published() {
      return integration.requests.flatMap(({ payload }) => requested(payload));
    },
    queue: (deviceId) => simulator.queue(deviceId).length,
    uplink: (deviceId) => void simulator.uplink(deviceId),
    away: () => lead(false),
    back: () => lead(true),
    stop: async () => {
      await simulator.stop();
      await wire.stop();
    },
  };
}
