import type { Explanation } from "../../src/stack/explanation";
import { shownText } from "../../src/stack/shown";
import type { Watched } from "../../src/stack/watch";

/** What a message asks for, or why that cannot be answered. */
export type Question =
  | {
      readonly ok: true;
      /** Of the one whose state is wanted; empty for all. */
      readonly id: string;
      /** Of one that is to be forgotten before that; empty for none. */
      readonly remove: string;
    }
  | { readonly ok: false; readonly explanation: Explanation };

export function readQuestion(message: object, watch: Watched): Question {
  const property = watch === "devices" ? "deviceId" : "gatewayId";
  const id: unknown = Reflect.get(message, property) ?? "";
  const given: unknown = Reflect.get(message, "remove") ?? "";
  const remove = given === false ? "" : given;
  if (typeof id !== "string") return noText(property, id);
  return typeof remove === "string" ? { ok: true, id, remove } : noText("remove", remove);
}

const noText = (property: string, value: unknown): Question => {
  const values = { property, value: Array.isArray(value) ? "array" : typeof value };
  return { ok: false, explanation: { code: "invalid_request", key: "error.invalid-request", values } };
};

/** Of one that is to be forgotten. */
export const notKnown = (id: string): Explanation => ({
  code: "invalid_request",
  key: "error.invalid-request-remove",
  values: { property: "remove", value: shownText(id) },
});
