import type { Explanation } from "../../src/stack/explanation";
import type { Watched } from "../../src/stack/watch";

/** What a message asks for: the ID of one, empty for all; or why that cannot be answered. */
export type Question =
  { readonly ok: true; readonly id: string } | { readonly ok: false; readonly explanation: Explanation };

export function readQuestion(message: object, watch: Watched): Question {
  const property = watch === "devices" ? "deviceId" : "gatewayId";
  const id: unknown = Reflect.get(message, property) ?? "";
  if (typeof id === "string") return { ok: true, id };
  const value = Array.isArray(id) ? "array" : typeof id;
  return {
    ok: false,
    explanation: { code: "invalid_request", key: "error.invalid-request", values: { property, value } },
  };
}
