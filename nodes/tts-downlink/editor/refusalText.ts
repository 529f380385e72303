/** Why a fixed value is refused, as it is said under its field: of the field, not of a property of that name. */
import type { Text } from "../../../src/stack/explanation";
import { text } from "../../shared/editor/text";

const GATEWAY_ID = "error.invalid-downlink.gateway-id";

/** By the run time's key. What is not here is about a part of the value, and names it. */
const OF_THE_FIELD: Readonly<Record<string, string>> = {
  "error.invalid-downlink.device-missing": "validation.device-required",
  "error.invalid-downlink.device": "validation.identifier",
  "error.invalid-downlink.device-near": "validation.identifier-near",
  "error.invalid-downlink.device-v2": "validation.v2-identifier",
  "error.invalid-downlink.device-v2-near": "validation.meant",
  "error.invalid-downlink.operation": "validation.operation",
  "error.invalid-downlink.operation-near": "validation.meant",
  "error.invalid-downlink.fport-missing": "validation.f-port",
  "error.invalid-downlink.fport": "validation.f-port",
  "error.invalid-downlink.fport-near": "validation.meant",
  "error.invalid-downlink.payload-missing": "validation.payload-required",
  "error.invalid-downlink.payload-empty": "validation.payload-required",
  "error.invalid-downlink.payload-size": "validation.payload-size",
  "error.invalid-downlink.payload-byte": "validation.payload-bytes",
  "error.invalid-downlink.payload-no-bytes": "validation.payload-bytes",
  "error.invalid-downlink.hex": "validation.hex",
  "error.invalid-downlink.hex-base64": "validation.looks-like-base64",
  "error.invalid-downlink.base64-hex": "validation.looks-like-hex",
  "error.invalid-downlink.hex-odd": "validation.hex-odd",
  "error.invalid-downlink.base64": "validation.base64",
  "error.invalid-downlink.base64-alphabet": "validation.base64-alphabet",
  "error.invalid-downlink.base64-padding": "validation.base64-padding",
  "error.invalid-downlink.decoded": "validation.decoded",
  "error.invalid-downlink.decoded-empty": "validation.decoded",
  "error.invalid-downlink.priority": "validation.priority",
  "error.invalid-downlink.priority-near": "validation.meant",
  "error.invalid-downlink.flag": "validation.flag",
  "error.invalid-downlink.flag-near": "validation.meant",
  "error.invalid-downlink.attempts": "validation.attempts",
  "error.invalid-downlink.attempts-near": "validation.meant",
  "error.invalid-downlink.correlation-ids": "validation.correlation-ids",
  "error.invalid-downlink.correlation-id": "validation.correlation-ids",
  "error.invalid-downlink.correlation-id-size": "validation.correlation-ids",
  "error.invalid-downlink.correlation-id-reserved": "validation.correlation-id-reserved",
  "error.invalid-downlink.gateway-missing": "validation.gateway-required",
  [GATEWAY_ID]: "validation.gateway",
  "error.invalid-downlink.gateway-id-near": "validation.gateway-near",
  "error.invalid-downlink.number": "validation.antenna",
  "error.invalid-downlink.time": "validation.time",
  "error.invalid-downlink.time-near": "validation.meant",
  "error.invalid-downlink.time-zone": "validation.time-zone",
  "error.invalid-downlink.time-seconds": "validation.time-seconds",
  "error.invalid-downlink.time-past": "validation.time-past",
  "error.invalid-downlink.report-ack": "validation.report-ack",
  "error.invalid-downlink.downlinks": "validation.downlinks",
  "error.invalid-downlink.downlinks-empty": "validation.downlinks",
  "error.invalid-downlink.limit": "validation.v2-lacks",
  "error.invalid-downlink.limit-clear": "validation.v2-lacks-clear",
  "error.invalid-downlink.limit-list": "validation.list",
  "error.invalid-downlink.list-no-api": "validation.list-no-api",
  "error.invalid-downlink.limit-objects": "validation.v2-lacks-objects",
  "error.invalid-downlink.limit-priority": "validation.v2-lacks-priorities",
};

export const refusalText = ({ key, values }: Text): string =>
  text(OF_THE_FIELD[key] ?? key, key === GATEWAY_ID ? { ...values, gateway: values.value ?? "" } : values);
