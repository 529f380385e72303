import type { Delivery } from "../../src/connection/routes";
import { explainMissingPayload } from "../../src/diagnosis/messages";
import { commonFields } from "../../src/stack/summary";
import { isEmptyFrame, uplinkMessage, uplinkPayload } from "../../src/stack/uplink";
import { v2Fields, v2SentFields } from "../../src/stack/v2Shape";
import type { Outcome } from "../shared/receiver";
import type { UplinkSettings } from "./settings";

/** What a flow gets of an uplink. */
export function viewOf(
  { topic, origin, arrivedAt, received }: Delivery,
  settings: UplinkSettings,
): Outcome | undefined {
  if (received.kind !== "uplink_message") return undefined;
  const uplink = received.message;
  if (!settings.emptyFrames && isEmptyFrame(uplink)) return undefined;
  const chosen = uplinkPayload(uplink, settings);
  if (chosen.outcome === "skip") return undefined;

  const common = commonFields(received, topic, origin, arrivedAt);
  const payload = chosen.outcome === "payload" ? chosen.payload : undefined;
  const message = uplinkMessage(common, uplink, payload);
  if (settings.shape === "v2") {
    const { v2 } = received;
    Object.assign(message, v2 ? v2SentFields(v2, uplink, common) : v2Fields(uplink, common));
  }
  if (chosen.outcome === "payload") return { send: message };
  delete message.payload;
  const { output, field } = settings;
  return {
    fail: explainMissingPayload(output, field, common.deviceId, uplink, received.v2 !== undefined),
    message,
  };
}
