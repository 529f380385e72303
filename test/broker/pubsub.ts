/** A stack that publishes to a Mosquitto, and flows on the other side of it. */
import type { PubsubOptions, Simulator } from "../../simulator/simulator";
import { connection, simulated, type FlowNode } from "../nodes/nodeRed";
import { DEVICES } from "../nodes/downlinks";
import type { Mosquitto } from "./mosquitto";

/** All that the Console offers, with the sub topics that the form fills in. */
export const TOPICS = {
  uplink_message: "up",
  join_accept: "join",
  downlink_queued: "down/queued",
  downlink_sent: "down/sent",
  downlink_ack: "down/ack",
  downlink_nack: "down/nack",
  downlink_failed: "down/failed",
  downlink_queue_invalidated: "down/invalidated",
  location_solved: "location/solved",
  service_data: "service/data",
  downlink_push: "down/push",
  downlink_replace: "down/replace",
} as const;

export const BASE = "ttn/my app";

/** The config node for it. */
export const pubsub = (broker: Mosquitto, more: object = {}): FlowNode =>
  connection(undefined, {
    service: "pubsub",
    host: broker.host,
    port: String(broker.port),
    applicationId: "app1",
    baseTopic: BASE,
    topics: TOPICS,
    ...more,
  });

export const settingsFor = (broker: Mosquitto, more: Partial<PubsubOptions> = {}): PubsubOptions => ({
  url: broker.url,
  baseTopic: BASE,
  topics: TOPICS,
  publishQos: 1,
  subscribeQos: 1,
  reconnectAfter: 200,
  ...more,
});

/** A stack with a valve and lamps, whose integration is set to this broker. */
export async function stackOn(broker: Mosquitto, more: Partial<PubsubOptions> = {}) {
  const stack: Simulator = await simulated({ devices: DEVICES, timing: { acceptedAfter: 1 } });
  const integration = await stack.connectPubsub(settingsFor(broker, more));
  return { stack, integration };
}
