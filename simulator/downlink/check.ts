import type { StackError } from "../../src/stack/messages";
import { isIdentifier } from "../application";
import { PATTERN_REASON, validationError } from "../stackErrors";
import type { FieldStep } from "../stackErrors";
import { PRIORITIES } from "./item";
import type { DownlinkItem } from "./item";

interface Violation {
  readonly steps: readonly FieldStep[];
  readonly reason: string;
}

/** The rules of the generated validator, in its order. Rule: docs/server.md#7-downlinks-what-is-taken. */
function violationOf(item: DownlinkItem): Violation | undefined {
  const message = "ApplicationDownlink";
  const at = (field: string, reason: string, ...inner: readonly FieldStep[]): Violation => ({
    steps: [{ message, field }, ...inner],
    reason,
  });
  if (item.sessionKeyId.length > 2048) return at("session_key_id", "value length must be at most 2048 bytes");
  if (item.fPort > 255) return at("f_port", "value must be less than or equal to 255");
  if (item.fPort === 224) return at("f_port", "value must not be in list [224]");
  if (item.payload.length > 255) return at("frm_payload", "value length must be at most 255 bytes");
  for (const [index, gateway] of (item.classBC?.gateways ?? []).entries()) {
    if (gateway.eui?.length !== undefined && gateway.eui.length !== 8) {
      return at("class_b_c", "invalid length: want 8 bytes", {
        message: "ApplicationDownlink_ClassBC",
        field: `gateways[${index}]`,
      });
    }
    if (!isIdentifier(gateway.gatewayId)) {
      return at(
        "class_b_c",
        PATTERN_REASON,
        { message: "ApplicationDownlink_ClassBC", field: `gateways[${index}]` },
        { message: "ClassBCGatewayIdentifiers", field: "gateway_ids" },
        { message: "GatewayIdentifiers", field: "gateway_id" },
      );
    }
  }
  if (PRIORITIES[item.priority] === undefined) {
    return at("priority", "value must be one of the defined enum values");
  }
  const tooLong = item.correlationIds.findIndex((id) => Array.from(id).length > 100);
  if (tooLong >= 0) return at(`correlation_ids[${tooLong}]`, "value length must be at most 100 runes");
  const attempts = item.confirmedRetry?.maxAttempts;
  if (attempts !== undefined && (attempts < 1 || attempts > 100)) {
    return at("confirmed_retry", "value must be inside range (0, 100]", {
      message: "ApplicationDownlink_ConfirmedRetry",
      field: "max_attempts",
    });
  }
  return undefined;
}

/** What the validator says of the first item that is wrong; one wrong item spoils all of them. */
export function validate(items: readonly DownlinkItem[]): StackError | undefined {
  for (const [index, item] of items.entries()) {
    const violation = violationOf(item);
    if (violation === undefined) continue;
    const step = { message: "DownlinkQueueRequest", field: `downlinks[${index}]` };
    return validationError([step, ...violation.steps], violation.reason);
  }
  return undefined;
}
