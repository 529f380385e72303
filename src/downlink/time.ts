/** The time at which a class B or C downlink is to be sent. Usable in the browser. */
import { timeOfDate } from "./foreign";
import { refused, refusedNear, right, type Refused, type Ruled } from "./ruled";
import { shown } from "./shown";

/** Rule: half of the five seconds that the Network Server plans ahead; sooner is `downlink_expired`. In ms. */
const SOONEST_MS = 2_500;

/** As Go reads it: at most nine decimals. */
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/i;
const SAYS_ITS_ZONE = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/i;

/** The last ms that RFC 3339 can write. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A number below it is no time in ms of this century, but one in seconds: 1973 in ms, 5138 in seconds. */
const LARGEST_IN_SECONDS = 1e11;

/** RFC 3339 as text, a Date, or ms since 1970; goes out as RFC 3339. `now` in ms. */
export function absoluteTime(value: unknown, property: string, now: number): Ruled<string> {
  const time = typeof value === "number" ? value : timeOfDate(value);
  if (time === undefined) return writtenTime(value, property, now);
  if (!isWritable(time)) return refused("error.invalid-downlink.time", { property, value: shown(value) });
  const text = new Date(time).toISOString();
  if (typeof value === "number" && time < LARGEST_IN_SECONDS && time * 1000 >= now) {
    return refused("error.invalid-downlink.time-seconds", { property, value, near: time * 1000 });
  }
  return time < now + SOONEST_MS ? tooSoon(text, property, now) : right(text);
}

/** As `absoluteTime`, but a number is refused: the stack takes text only. A Date is text in JSON. */
export function jsonTime(value: unknown, property: string, now: number): Ruled<string> {
  if (typeof value !== "number") return absoluteTime(value, property, now);
  const time = value < LARGEST_IN_SECONDS ? value * 1000 : value;
  return noTime(value, property, isWritable(time) ? new Date(time).toISOString() : undefined);
}

const isWritable = (time: number): boolean => time >= 0 && time <= LAST_MS;

function writtenTime(value: unknown, property: string, now: number): Ruled<string> {
  if (typeof value !== "string") return noTime(value, property, undefined);
  const time = timeOf(value);
  if (time !== undefined) {
    return time < now + SOONEST_MS ? tooSoon(value, property, now) : right(value.toUpperCase());
  }
  if (WITHOUT_ZONE.test(value)) {
    return refused("error.invalid-downlink.time-zone", { property, value: shown(value) });
  }
  const near = SAYS_ITS_ZONE.test(value.slice(-40)) && value.length <= 80 ? Date.parse(value) : NaN;
  const isMisread = RFC_3339.test(value);
  return noTime(value, property, isWritable(near) && !isMisread ? new Date(near).toISOString() : undefined);
}

function noTime(value: unknown, property: string, near: string | undefined): Refused {
  return refusedNear(
    { alone: "error.invalid-downlink.time", near: "error.invalid-downlink.time-near" },
    { property, value: shown(value) },
    near,
  );
}

/** The clock is in the text: most times that are too soon come from one that is wrong. */
function tooSoon(text: string, property: string, now: number): Refused {
  const clock = new Date(now).toISOString();
  return refused("error.invalid-downlink.time-past", { property, value: shown(text), clock });
}

/** In ms; `undefined` for what is no RFC 3339, also for the 30th of February. */
function timeOf(text: string): number | undefined {
  const parts = RFC_3339.exec(text)?.slice(1, 7).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!isDay || hour > 23 || minute > 59 || second > 59) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
