import type { Simulator, SimulatorOptions } from "./contract";
import { SimulatedPubsub, type PubsubOptions } from "./pubsub";
import { startServer } from "./server";

export type { Simulator, SimulatorOptions } from "./contract";
export type { SimulatedDevice, UplinkParts } from "./devices/device";
export { cayenneLppFormatter, javaScriptFormatter } from "./downlink/formatter";
export { javaScriptUplinkFormatter } from "./devices/uplinkFormatter";
export type { ApiMode } from "./http/api";
export type { PubsubOptions, SimulatedPubsub } from "./pubsub";
export type { SimulatedKey } from "./keys";
export type { RateLimit } from "./rateLimit";
export type { ServerVersion } from "./versions";
export type * from "./journal";

/** Starts a stand-in for The Things Stack, for one application. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { server, stack, outlets } = await startServer(options);
  // Not spread: ports and counts are asked for when they are needed.
  return Object.assign(server, {
    connectPubsub: async (settings: PubsubOptions): Promise<SimulatedPubsub> => {
      const pubsub = new SimulatedPubsub(settings, stack.queues, server.applicationId);
      outlets.add(pubsub);
      await pubsub.set();
      return pubsub;
    },
  });
}
