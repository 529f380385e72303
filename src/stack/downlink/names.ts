/** IDs of devices and gateways. Usable in the browser. */
import { isEui, isIdentifier, isV2Identifier } from "../identifiers";
import type { DownlinkLimits } from "./limits";
import { refused, refusedNear, right, type Ruled } from "./ruled";
import { shown } from "./shown";

const LONGEST_TO_MEND = 100;

/** The ID that was probably meant: `Door_1` was `door-1`, and an EUI is the ID that the Console makes of it. */
export function nearestIdentifier(
  text: string,
  form: DownlinkLimits["identifiers"] = "v3",
): string | undefined {
  const given = text.slice(0, LONGEST_TO_MEND).trim();
  const near = isEui(given)
    ? `eui-${given.replace(/[:-]/g, "").toLowerCase()}`
    : given
        .normalize("NFKD")
        .replace(/\p{Mark}/gu, "")
        .toLowerCase()
        .replace(form === "v2" ? /[^a-z0-9_]+/g : /[^a-z0-9]+/g, "-")
        .replace(/^[-_]+|[-_]+$/g, "");
  return near !== text && isName(near, form) ? near : undefined;
}

const isName = (text: string, form: DownlinkLimits["identifiers"]): boolean =>
  form === "v2" ? isV2Identifier(text) : isIdentifier(text);

/** The device a downlink is for. The stack drops a downlink for anything else without a word. */
export function deviceId(value: unknown, form: DownlinkLimits["identifiers"]): Ruled<string> {
  if (value === undefined || value === "") return refused("error.invalid-downlink.device-missing", {});
  if (typeof value === "string" && isName(value, form)) return right(value);
  const near = typeof value === "string" ? nearestIdentifier(value, form) : undefined;
  const values = { value: shown(value) };
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
