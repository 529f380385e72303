/** What kind of value it is that was given, where that tells what is wrong. Usable in the browser. */

export type RefusalKey = `error.invalid-downlink.${string}`;

export type GivenKind = "text" | "object" | "array" | "Buffer" | "number";

/** Of a value as `shown` writes it; `undefined` for one that is best named itself, as `true` and `null` are. */
function kindOfShown(shown: string | number | undefined): GivenKind | undefined {
  const text = String(shown);
  if (text.startsWith('"')) return "text";
  if (text === "object" || text === "array" || text === "Buffer") return text;
  return /^(-?\d|NaN|-?Infinity)/.test(text) ? "number" : undefined;
}

/** What a refusal says instead, for some kinds: another setting takes them. */
const OF_KIND: Readonly<Record<string, Partial<Record<GivenKind, RefusalKey>> | undefined>> = {
  "error.invalid-downlink.payload-no-bytes": {
    object: "error.invalid-downlink.payload-is-object",
    number: "error.invalid-downlink.payload-is-number",
  },
  "error.invalid-downlink.payload-not-text": {
    object: "error.invalid-downlink.payload-not-text-object",
    array: "error.invalid-downlink.payload-not-text-array",
    Buffer: "error.invalid-downlink.payload-not-text-buffer",
    number: "error.invalid-downlink.payload-not-text-number",
  },
  "error.invalid-downlink.decoded": {
    text: "error.invalid-downlink.decoded-is-text",
    array: "error.invalid-downlink.decoded-is-array",
    Buffer: "error.invalid-downlink.decoded-is-buffer",
    number: "error.invalid-downlink.decoded-is-number",
  },
};

/** The key for a value of this kind; the same one where it makes no difference. */
export function keyForKind(key: RefusalKey, shown: string | number | undefined): RefusalKey {
  const kind = kindOfShown(shown);
  return (kind && OF_KIND[key]?.[kind]) ?? key;
}
