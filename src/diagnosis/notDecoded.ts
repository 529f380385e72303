import type { Explanation } from "../stack/explanation";
import type { StackError } from "../stack/messages";
import { networkReason } from "./networkReasons";

/** The payload is missing because no decoder has made one: there is none, or it failed. Only the event stream tells which. */
export const isNotDecoded = ({ key }: Explanation): boolean => key === "error.missing-payload.not-decoded";

/** Why a payload is missing, by the error of the decoder. */
export const explainNotDecoded = (error: StackError, deviceId: string): Explanation => ({
  code: "missing_payload",
  ...networkReason("decoder_error", error, deviceId),
});
