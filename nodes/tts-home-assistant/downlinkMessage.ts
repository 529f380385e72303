import type { CommandedDownlink } from "../../src/homeassistant/bridge";

/**
 * A message for a `tts-downlink`: `payload`, `fPort`, `confirmed` and `priority` one by one, and the same as the one downlink object
 * in `downlinks`, which needs one setting there instead of four.
 */
export function downlinkMessage(downlink: CommandedDownlink): object {
  const { deviceId, applicationId, command, value, fPort, payload, confirmed, priority } = downlink;
  const bytes = "bytes" in payload ? Buffer.from(payload.bytes) : undefined;
  const carried =
    "fields" in payload ? { decoded_payload: payload.fields } : { frm_payload: bytes?.toString("base64") };
  return {
    payload: "fields" in payload ? payload.fields : bytes,
    ...{ deviceId, fPort, confirmed, priority, command, value },
    downlinks: [{ f_port: fPort, ...structuredClone(carried), confirmed, priority }],
    device: { id: deviceId, applicationId },
  };
}
