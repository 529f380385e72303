/** What a rule says of a value: the value as it is to go out, or a text that says what is wrong with it. Usable in the browser. */
import type { Text, TextValues } from "../stack/explanation";
import { keyForKind, type RefusalKey } from "./kinds";

export type Ruled<T> = { readonly ok: true; readonly value: T } | Refused;

export interface Refused {
  readonly ok: false;
  readonly refusal: Text;
}

export function right<T>(value: T): Ruled<T> {
  return { ok: true, value };
}

export function refused(key: RefusalKey, values: TextValues): Refused {
  return { ok: false, refusal: { key: keyForKind(key, values.value), values } };
}

/** A refusal that names the right value that was probably meant, where one is near. */
export function refusedNear(
  keys: { readonly alone: RefusalKey; readonly near: RefusalKey },
  values: TextValues,
  near: string | number | undefined,
): Refused {
  return near === undefined ? refused(keys.alone, values) : refused(keys.near, { ...values, near });
}

/**
 * Runs a rule over a value of unknown origin. Looking at one may throw (getters, revoked proxies); then the value is refused:
 * a flow must not be able to end its runtime.
 */
export function guarded<T>(property: string, rule: () => Ruled<T>): Ruled<T> {
  try {
    return rule();
  } catch {
    return refused("error.invalid-downlink.unreadable", { property });
  }
}
