import type { NodeAPI } from "node-red";
import { shownText } from "../../src/stack/shown";
import type { Text, TextValues } from "../../src/stack/explanation";
import { statusOfError } from "./errorStatus";
import type { Outcome } from "./outcome";
import { clockOf, cut, fitted, lineOf, LONGEST, withDevice } from "./status";
import { textOf } from "./text";

/** Why a message went on without what was asked for, or not at all. */
interface Lack {
  readonly cause: Text;
  readonly way: "bytes" | "skip" | "error";
}

const OF_WAY: Readonly<Record<Lack["way"], string>> = {
  bytes: "status.bytes-instead",
  skip: "status.not-sent",
  error: "status.lacking",
};

const MINUTE_MS = 60_000;
const TIME = " · 00:00";

/** A value as a status can show it; `undefined` for what is no plain value. */
const plainValue = (value: unknown): string | number | boolean | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;

/** Digits that a float has only because it is binary tell nothing. */
const written = (value: string | number | boolean): string =>
  typeof value === "number" ? String(Number(value.toPrecision(12))) : shownText(String(value), LONGEST);

function lackOf(outcome: Outcome): Lack | undefined {
  if ("skip" in outcome) return { cause: outcome.skip, way: "skip" };
  if ("fail" in outcome) return { cause: outcome.fail, way: "error" };
  return outcome.lacks && { cause: outcome.lacks, way: "bytes" };
}

/** What came last to a receiving node: kept for each message, put into words only when a status is written. */
export class LastMessage {
  #deviceId: string | undefined;
  #port: number | undefined;
  #at = 0;
  #value: string | number | boolean | undefined;
  #word: string | undefined;
  #lack: Lack | undefined;

  get any(): boolean {
    return this.#deviceId !== undefined;
  }

  get fill(): "green" | "yellow" {
    return this.#lack ? "yellow" : "green";
  }

  /** Whether the status is another one now. */
  take(deviceId: string, port: number | undefined, at: number, outcome: Outcome): boolean {
    const value = "send" in outcome ? plainValue(outcome.value) : undefined;
    const word = "send" in outcome ? outcome.word : undefined;
    const lack = lackOf(outcome);
    const isSame =
      deviceId === this.#deviceId &&
      port === this.#port &&
      value === this.#value &&
      word === this.#word &&
      lack?.cause.key === this.#lack?.cause.key &&
      Math.floor(at / MINUTE_MS) === Math.floor(this.#at / MINUTE_MS);
    if (isSame) return false;
    this.#deviceId = deviceId;
    this.#port = port;
    this.#at = at;
    this.#value = value;
    this.#word = word;
    this.#lack = lack;
    return true;
  }

  /** In words: `door-1 · FPort 3 · 14:03`. What there is no room for is left out before an ID is shortened. */
  line(RED: NodeAPI): string {
    const deviceId = shownText(this.#deviceId ?? "");
    const time = clockOf(this.#at);
    if (this.#lack) return this.#lackLine(RED, deviceId, this.#lack);
    if (this.#value !== undefined) return lineOf([cut(written(this.#value), LONGEST - TIME.length), time]);
    if (this.#word !== undefined) {
      const word = textOf(RED, { key: this.#word, values: {} });
      return lineOf([word, deviceId, time], [word, deviceId], [withDevice(word, deviceId)]);
    }
    const port =
      this.#port === undefined ? [] : [textOf(RED, { key: "status.fport", values: { port: this.#port } })];
    return lineOf([deviceId, ...port, time], [deviceId, time], [deviceId]);
  }

  #lackLine(RED: NodeAPI, device: string, { cause, way }: Lack): string {
    const status = statusOfError(cause);
    const values: TextValues = { device, cause: status ? textOf(RED, status) : "" };
    return fitted(RED, { key: OF_WAY[way], values });
  }
}

const NOUNS = {
  devices: { all: "status.all-devices", several: "status.devices" },
  gateways: { all: "status.all-gateways", several: "status.gateways" },
} as const;

/** What a node waits for, before the first message: of several devices or gateways their number. */
export function waitingFor(
  RED: NodeAPI,
  names: string,
  ports: string,
  noun: keyof typeof NOUNS = "devices",
): string {
  const waiting = (...parts: string[]): string =>
    textOf(RED, { key: "status.waiting", values: { what: parts.join(" · ") } });
  const what = ports === "" ? [] : [textOf(RED, { key: "status.fport", values: { port: ports } })];
  if (names === "" && ports !== "")
    return fitted(RED, { key: "status.waiting", values: { what: what[0] ?? "" } });
  const who = namesIn(RED, names, noun);
  const fits = lineOf([waiting(who, ...what)], [waiting(who)]);
  return fits.length <= LONGEST ? fits : fitted(RED, { key: "status.waiting", values: { what: who } });
}

function namesIn(RED: NodeAPI, names: string, noun: keyof typeof NOUNS): string {
  const number = names.split(",").length;
  if (names === "") return textOf(RED, { key: NOUNS[noun].all, values: {} });
  if (number === 1) return names;
  const key = names.includes("*") ? "status.patterns" : NOUNS[noun].several;
  return textOf(RED, { key, values: { number } });
}
