import type { Delivery } from "../../src/connection/routes";
import { explainMissingPayload, lackOf } from "../../src/diagnosis/messages";
import { shownText } from "../../src/stack/shown";
import type { Text } from "../../src/stack/explanation";
import { commonFields } from "../../src/stack/summary";
import { isEmptyFrame, makeRow, uplinkMessage, uplinkPayload } from "../../src/stack/uplink";
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
  const chosen = uplinkPayload(uplink, settings, origin.deviceId);
  const { output, field, shape } = settings;
  const isV2 = received.original !== undefined;
  if (chosen.outcome === "skip") return { skip: lackOf(output, field, uplink, isV2) };

  const common = commonFields(received, topic, origin, arrivedAt);
  const payload = chosen.outcome === "payload" ? chosen.payload : undefined;
  const message = uplinkMessage(common, uplink, payload);
  if (output === "flat") makeRow(message, uplink);
  if (shape === "v2") Object.assign(message, legacyFields(received, common));
  if (chosen.outcome === "missing") {
    delete message.payload;
    return { fail: explainMissingPayload(output, field, common.deviceId, uplink, isV2), message };
  }
  // Nothing else in a message is a Buffer.
  if (output !== "bytes" && Buffer.isBuffer(payload))
    return { send: message, lacks: lackOf(output, field, uplink, isV2) };
  if (output === "field") return { send: message, value: payload };
  return message.leftOut === undefined
    ? { send: message }
    : { send: message, warning: warningOf(common.deviceId, message.leftOut) };
}

const warningOf = (deviceId: string, number: number): Text => ({
  key: "warning.row-left-out",
  values: { device: shownText(deviceId), number },
});
