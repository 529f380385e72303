import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/stack/messages";

/** A message as it came: the topic without what stands before the device ID. */
export interface Response {
  readonly after_ms: number;
  readonly topic: string;
  readonly payload: JsonObject;
}

/** What happened on the air; payloads in base64. */
export type OnAir = { readonly after_ms: number } & (
  | { readonly what: "uplink"; readonly fPort: number }
  | { readonly what: "join-accept" }
  | {
      readonly what: "transmitted";
      readonly via: string;
      readonly fPort?: number;
      readonly confirmed: boolean;
      readonly frm_payload?: string;
    }
  | { readonly what: "refused"; readonly via: string; readonly error: string }
);

/** A line of `exchanges.jsonl`: one downlink that was published to a real stack, and all that followed. */
export interface Exchange {
  readonly name: string;
  readonly request: { readonly topic: string; readonly payload: string };
  readonly responses: readonly Response[];
  readonly radio: readonly OnAir[];
}

/** A file of known form: the only place where it is believed. */
export const exchanges = readFileSync(join(__dirname, "../fixtures/exchanges.jsonl"), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Exchange);

export const deviceOf = ({ request }: Exchange): string => request.topic.split("/")[3] ?? "";

/** What the gateways had to transmit, comparable with what a radio tells. */
export interface Frame {
  /** `roof` or `yard`. */
  readonly via: string;
  /** What the gateway said instead of transmitting it. */
  readonly refused?: string;
  readonly fPort?: number;
  payload?: string;
  readonly confirmed?: boolean;
}

export const framesOf = (exchange: Exchange, before = Infinity): Frame[] =>
  exchange.radio.flatMap((one): Frame[] => {
    if (one.after_ms >= before) return [];
    if (one.what === "refused") return [{ via: one.via, refused: one.error }];
    // Without FPort it is the network itself that has something to say.
    if (one.what !== "transmitted" || one.fPort === undefined) return [];
    const { via, fPort, confirmed, frm_payload: payload = "" } = one;
    return [{ via, fPort, payload, confirmed }];
  });
