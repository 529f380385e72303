import type { Delivery } from "../../src/connection/routes";
import { explainMissingPayload, lackOf } from "../../src/diagnosis/messages";
import { commonFields } from "../../src/stack/summary";
import { isEmptyFrame, uplinkMessage, uplinkPayload } from "../../src/stack/uplink";
import { legacyFields } from "../../src/services/v2/legacyFields";
import type { Outcome } from "../shared/outcome";
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
  const { output, field, shape } = settings;
  const isV2 = received.original !== undefined;
  if (chosen.outcome === "skip") return { skip: lackOf(output, field, uplink, isV2) };

  const common = commonFields(received, topic, origin, arrivedAt);
  const payload = chosen.outcome === "payload" ? chosen.payload : undefined;
  const message = uplinkMessage(common, uplink, payload);
  if (shape === "v2") Object.assign(message, legacyFields(received, common));
  if (chosen.outcome === "missing") {
    delete message.payload;
    return { fail: explainMissingPayload(output, field, common.deviceId, uplink, isV2), message };
  }
  // Nothing else in a message is a Buffer.
  if (output !== "bytes" && Buffer.isBuffer(payload))
    return { send: message, lacks: lackOf(output, field, uplink, isV2) };
  return output === "field" ? { send: message, value: payload } : { send: message };
}
