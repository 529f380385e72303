/** What a genuine The Things Stack 3.32.1 tells of a gateway. Rule: docs/server.md#9-http-api. */
import type { JsonObject } from "../../src/stack/messages";

/** Of one that has just connected by UDP. */
export const JUST_CONNECTED: JsonObject = {
  connected_at: "2026-11-30T15:08:28.994080083Z",
  protocol: "udp",
  gateway_remote_address: { ip: "127.0.0.1" },
};

/** The same after three uplinks and three downlinks. */
export const IN_USE: JsonObject = {
  connected_at: "2026-11-30T15:08:28.994080083Z",
  protocol: "udp",
  last_uplink_received_at: "2026-11-30T15:08:48.139133289Z",
  uplink_count: "3",
  last_downlink_received_at: "2026-11-30T15:08:48.560486771Z",
  downlink_count: "3",
  last_tx_acknowledgment_received_at: "2026-11-30T15:08:48.581767763Z",
  tx_acknowledgment_count: "3",
  round_trip_times: { min: "0.020609465s", max: "0.026050935s", median: "0.022786411s", count: 3 },
  sub_bands: [
    {
      max_frequency: "18446744073709551615",
      downlink_utilization_limit: 1,
      downlink_utilization: 0.00036650666,
    },
  ],
  gateway_remote_address: { ip: "127.0.0.1" },
};
