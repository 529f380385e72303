import { millisecondsOf } from "../stack/timestamp";

const TO_THE_MINUTE = "2026-11-21T14:03:".length;
const ZERO = 48;
const MINUTE_MS = 60_000;

/**
 * Reads the times of messages, most of which are of the same minute: on the path of every message, and several times faster than
 * reading the whole each time.
 */
export class ReceivedTimes {
  #minute = " ";
  #minuteAt = 0;

  /** ms since 1970; undefined for what is no time. */
  read(time: string | undefined): number | undefined {
    if (time === undefined) return undefined;
    if (time.length > TO_THE_MINUTE + 6 && time.startsWith(this.#minute) && time.endsWith("Z")) {
      const digit = (index: number): number => time.charCodeAt(TO_THE_MINUTE + index) - ZERO;
      const seconds = 10 * digit(0) + digit(1);
      const thousandths = 100 * digit(3) + 10 * digit(4) + digit(5);
      if (
        time[TO_THE_MINUTE + 2] === "." &&
        seconds >= 0 &&
        seconds < 60 &&
        thousandths >= 0 &&
        thousandths < 1000
      )
        return this.#minuteAt + seconds * 1000 + thousandths;
    }
    const at = millisecondsOf(time);
    if (at === undefined || !time.endsWith("Z")) return at;
    this.#minute = time.slice(0, TO_THE_MINUTE);
    this.#minuteAt = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    return at;
  }
}
