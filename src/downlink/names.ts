/** IDs of devices and gateways. Usable in the browser. */
import { isDeviceId, isIdentifier, type IdentifierForm } from "../stack/identifiers";
import { nearestIdentifier } from "../stack/nearestIdentifier";
import { membersOf } from "./foreign";
import { refused, refusedNear, right, type Ruled } from "./ruled";
import { shown } from "./shown";

/** The device a downlink is for. The stack drops a downlink for anything else without a word. */
export function deviceId(value: unknown, form: IdentifierForm): Ruled<string> {
  if (value === undefined || value === "") return refused("error.invalid-downlink.device-missing", {});
  if (typeof value === "string" && isDeviceId(value, form)) return right(value);
  const near = nearestTo(value, form);
  const values = { property: "device", value: shown(value) };
  return form === "v2"
    ? refusedNear(
        { alone: "error.invalid-downlink.device-v2", near: "error.invalid-downlink.device-v2-near" },
        values,
        near,
      )
    : refusedNear(
        { alone: "error.invalid-downlink.device", near: "error.invalid-downlink.device-near" },
        values,
        near,
      );
}

/** Of an object such as `msg.device` its ID. */
function nearestTo(value: unknown, form: IdentifierForm): string | undefined {
  if (typeof value === "string") return nearestIdentifier(value, form);
  const members = membersOf(value);
  const id = members?.get("id") ?? members?.get("device_id");
  if (typeof id !== "string") return undefined;
  return isDeviceId(id, form) ? id : nearestIdentifier(id, form);
}

/** A gateway that a class B or C downlink is to use. */
export function gatewayId(value: unknown, property: string): Ruled<string> {
  if (value === undefined || value === "")
    return refused("error.invalid-downlink.gateway-missing", { property });
  if (typeof value === "string" && isIdentifier(value)) return right(value);
  return refusedNear(
    { alone: "error.invalid-downlink.gateway-id", near: "error.invalid-downlink.gateway-id-near" },
    { property, value: shown(value) },
    typeof value === "string" ? nearestIdentifier(value) : undefined,
  );
}
