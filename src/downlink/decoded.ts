/** Fields for a device's downlink encoder, copied out of the flow. Usable in the browser. */
import type { TextValues } from "../stack/explanation";
import type { JsonObject } from "../stack/messages";
import { shownText } from "../stack/shown";
import { hasHalfCharacter, listIn, membersOf, timeOfDate } from "./foreign";
import { guarded, refused, right, type Refused, type Ruled } from "./ruled";
import { SHOWN_OF_A_PAYLOAD, shown } from "./shown";
import { refusedWhole, wholeIn, wholeInText, wholeOf, type Whole } from "./whole";

/** Enough for any encoder, and far from where copying overflows the stack. */
const DEEPEST = 64;

const MOST_VALUES = 10_000;

const LONGEST_PATH = 60;

/** In which a whole downlink is looked for. */
const LONGEST_TEXT = 16_384;

/** A plain object with something in it, as JSON. Never throws. */
export function readDecoded(value: unknown, property = "payload"): Ruled<JsonObject> {
  return guarded(property, () => {
    if (value === undefined) return refused("error.invalid-downlink.payload-missing", {});
    const members = membersOf(value);
    const whole =
      members === undefined ? wholeBesideFields(value) : property === "payload" && wholeOf(members, true);
    if (whole) return refusedWhole(whole, property, typeof value === "string");
    if (members === undefined) {
      return refused("error.invalid-downlink.decoded", { property, value: shown(value, SHOWN_OF_A_PAYLOAD) });
    }
    const copy = new Copy();
    const object = copy.object(value, members, property);
    if (copy.refusal !== undefined) return copy.refusal;
    return Object.keys(object).length === 0
      ? refused("error.invalid-downlink.decoded-empty", { property })
      : right(object);
  });
}

/** What is no object is refused in any case. */
const wholeBesideFields = (value: unknown): Whole | undefined =>
  typeof value === "string" ? wholeInText(value.slice(0, LONGEST_TEXT), false) : wholeIn(value, false);

/** One copy of one value. After the first thing that is no JSON it copies nothing more. */
class Copy {
  refusal: Refused | undefined;
  readonly #above = new Set<unknown>();
  #values = 0;

  object(value: unknown, members: ReadonlyMap<string, unknown>, path: string): JsonObject {
    const entries: [string, unknown][] = [];
    this.#above.add(value);
    for (const [name, member] of members) {
      if (hasHalfCharacter(name)) this.#refuseHalf(path);
      entries.push([name, this.#value(member, `${path}.${name}`)]);
      if (this.refusal !== undefined) break;
    }
    this.#above.delete(value);
    // Makes a member of its own even of `__proto__`.
    return Object.fromEntries(entries);
  }

  #list(list: readonly unknown[], path: string): unknown[] {
    const { length } = list;
    if (this.#values + length > MOST_VALUES) this.#refuseSize(path);
    const copy: unknown[] = [];
    this.#above.add(list);
    for (let index = 0; index < length && this.refusal === undefined; index++) {
      copy.push(this.#value(list[index], `${path}[${index}]`));
    }
    this.#above.delete(list);
    return copy;
  }

  #value(value: unknown, path: string): unknown {
    this.#values += 1;
    if (this.#values > MOST_VALUES) return this.#refuseSize(path);
    if (value === null || typeof value === "boolean" || Number.isFinite(value)) return value;
    if (typeof value === "string") return hasHalfCharacter(value) ? this.#refuseHalf(path) : value;
    return this.#inner(value, path);
  }

  #inner(value: unknown, path: string): unknown {
    if (this.#above.has(value)) return this.#refuse("error.invalid-downlink.decoded-cycle", path);
    const list = listIn(value);
    const members = list === undefined ? membersOf(value) : undefined;
    if ((list ?? members) !== undefined && this.#above.size >= DEEPEST) {
      return this.#refuse("error.invalid-downlink.decoded-deep", path, { most: DEEPEST });
    }
    if (list !== undefined) return this.#list(list, path);
    if (members !== undefined) return this.object(value, members, path);
    // What JSON makes of a Date.
    const time = timeOfDate(value) ?? NaN;
    if (!Number.isNaN(time)) return new Date(time).toISOString();
    return this.#refuse("error.invalid-downlink.decoded-value", path, {
      value: shown(value, SHOWN_OF_A_PAYLOAD),
    });
  }

  #refuseSize(path: string): unknown {
    return this.#refuse("error.invalid-downlink.decoded-size", path, { most: MOST_VALUES });
  }

  #refuseHalf(path: string): unknown {
    return this.#refuse("error.invalid-downlink.half-character", path);
  }

  #refuse(key: Parameters<typeof refused>[0], path: string, values: TextValues = {}): unknown {
    this.refusal ??= refused(key, { property: shownText(path, LONGEST_PATH), ...values });
    return undefined;
  }
}
