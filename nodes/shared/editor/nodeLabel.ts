/** What a node without a name is called in a flow. */
import { asCommaList } from "../../../src/stack/values";

const LONGEST = 30;

export const shorten = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;

/** What a node lets through, shortened; empty for everything. A flow may have numbers there. */
export function filterText(devices: unknown, ports?: unknown): string {
  const parts = [devices, ports].map(asCommaList).filter((part) => part !== "");
  return shorten(parts.join(" · "));
}

/** A key of a context store other than the default one: `#:(store)::key`. */
const withoutStore = (key: string): string => key.replace(/^#:\(.+?\)::/, "");

/** Where the value of a typed input comes from, such as `msg.deviceId`, or the value itself; shortened. */
export function typedText(value: string, type: string): string {
  switch (type) {
    case "msg":
    case "flow":
    case "global":
      return shorten(`${type}.${withoutStore(value)}`);
    case "env":
      return shorten(`\${${value}}`);
    default:
      return shorten(value.trim() || "?");
  }
}
