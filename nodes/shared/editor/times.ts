/** Times and numbers in the language of the forms, without texts of our own. */
import { text } from "./text";

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** Not the one that Node-RED names: it has no Dutch. */
const language = (): string => text("language");

/** `2 min. ago`. @param ms since then */
export function agoText(ms: number): string {
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "short" });
  const [unit, length] = UNITS.find(([, unitLength]) => ms >= unitLength) ?? ["second", 1_000];
  return format.format(-Math.max(0, Math.floor(ms / length)), unit);
}

/** `14:03:11`; with the date where that is another day. @param at ms since 1970 */
export function clockText(at: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString(language()) : date.toLocaleString(language());
}

/** `23.5`, in German `23,5`: what comes from the wire may have six decimals. */
export const numberText = (value: number): string =>
  value.toLocaleString(language(), { maximumFractionDigits: 1 });
