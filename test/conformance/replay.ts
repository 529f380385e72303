import type { JsonObject } from "../../src/stack/messages";
import { exchanges, type Exchange } from "./captured";

/** What is done to repeat a captured exchange, each step after the messages and frames that came before it then. */
export type Step = { readonly after_ms: number } & (
  | { readonly do: "publish"; readonly operation: string; readonly payload: string }
  | { readonly do: "uplink"; readonly uplink: SentUplink }
  | { readonly do: "join" }
);

export interface SentUplink {
  readonly fPort: number;
  /** Base64. */
  readonly payload: string;
  readonly spreadingFactor: number;
  /** False: it withholds an acknowledgement that is due. */
  readonly ack: boolean;
  /** It wants an acknowledgement itself. */
  readonly confirmed?: boolean;
  /** Default: `roof`. */
  readonly via?: readonly string[];
}

const one = (item: object): string => JSON.stringify({ downlinks: [item] });

/** What the notes of the captures say was published besides the request. */
const SECOND_PUBLISH: Readonly<Record<string, { readonly after_ms: number; readonly payload: string }>> = {
  replace: {
    after_ms: 5,
    payload: one({ f_port: 15, frm_payload: "Ag==", priority: "NORMAL", correlation_ids: ["new"] }),
  },
  "clear after a push": { after_ms: 50, payload: '{"downlinks":[]}' },
  "replace while a confirmed one waits for its answer": {
    after_ms: 425,
    payload: one({ f_port: 15, frm_payload: "Ag==", priority: "NORMAL", correlation_ids: ["successor"] }),
  },
};

/** Published within the receive delay after an uplink that is not in the capture. */
const AFTER_AN_UPLINK = "sent in the receive window of an earlier uplink";

/** The gateways transmit and say nothing of it. */
const UNREPORTED = [
  "gateway without transmission report",
  "confirmed, acknowledged without a transmission report",
];

/** Of no interest alone. */
export const UPLINK: SentUplink = { fPort: 1, payload: "AA==", spreadingFactor: 7, ack: true };

/** What comes before the request. */
export const uplinkBefore = ({ name }: Exchange): SentUplink | undefined =>
  name === AFTER_AN_UPLINK ? UPLINK : undefined;

/** With a device that the application has to count for, a downlink was published after an uplink, which tells of the session. */
const isCounted = ({ responses }: Exchange): boolean => responses[0]?.topic.endsWith("/up") ?? false;

/** What such a device had got before: its counter goes on from there. */
export function pushBefore(exchange: Exchange): string | undefined {
  const first = exchanges.find(isCounted);
  return isCounted(exchange) && exchange !== first ? first?.request.payload : undefined;
}

/** The session that the first message tells of, where that is an uplink. */
export function sessionOf(messages: readonly { readonly payload: JsonObject }[]): string | undefined {
  const uplink = messages[0]?.payload.uplink_message as { session_key_id?: string } | undefined;
  return uplink?.session_key_id;
}

/** How the gateways have to behave. */
export function gatewaysFor(exchange: Exchange): { txError: string | undefined; silent: boolean } {
  const refused = exchange.radio.find(({ what }) => what === "refused");
  return {
    txError: refused?.what === "refused" ? refused.error : undefined,
    silent: UNREPORTED.includes(exchange.name),
  };
}

/** A silent exchange needs no radio, nor does one that ends with `queued`. */
export const needsRadio = (exchange: Exchange): boolean =>
  exchange.radio.length > 0 || exchange.name in SECOND_PUBLISH || uplinkBefore(exchange) !== undefined;

export function stepsOf(exchange: Exchange): Step[] {
  const second = SECOND_PUBLISH[exchange.name];
  const steps: Step[] = [
    ...uplinksOf(exchange),
    ...(second ? [{ do: "publish" as const, operation: "replace", ...second }] : []),
    ...exchange.radio
      .filter(({ what }) => what === "join-accept")
      .map(({ after_ms }) => ({ do: "join" as const, after_ms })),
  ];
  return [requestOf(exchange), ...steps].sort((a, b) => a.after_ms - b.after_ms);
}

function uplinksOf(exchange: Exchange): Step[] {
  const uplinks = exchange.radio.filter(({ what }) => what === "uplink");
  const joins = exchange.responses.filter(({ topic }) => topic.endsWith("/join"));
  return uplinks.flatMap(({ after_ms }, index) => {
    const next = uplinks[index + 1]?.after_ms ?? Infinity;
    const until = exchange.responses.filter((each) => each.after_ms > after_ms && each.after_ms < next);
    const up = until.find(({ topic }) => topic.endsWith("/up"));
    // One that was sent in the moment of the join-accept was lost.
    if (up === undefined) return [];
    const join = joins.find((each) => Math.abs(each.after_ms - after_ms) < 100);
    const body = up.payload.uplink_message as JsonObject;
    const { data_rate } = body.settings as { data_rate: { lora: { spreading_factor: number } } };
    const uplink = {
      fPort: Number(body.f_port),
      payload: String(body.frm_payload),
      spreadingFactor: data_rate.lora.spreading_factor,
      ack: !until.some(({ topic }) => topic.endsWith("/nack")),
      ...(body.confirmed === true && { confirmed: true }),
    };
    return [{ do: "uplink", after_ms: Math.max(after_ms, (join?.after_ms ?? 0) + 0.1), uplink }];
  });
}

const TIME = /"absolute_time":"(2026[^"]+)"/;

/** Times are as far ahead as they were then. */
function requestOf(exchange: Exchange): Step {
  const { request, responses } = exchange;
  const then = Date.parse(String(responses[0]?.payload.received_at));
  const payload = request.payload.replace(TIME, (_, time: string) => {
    const ahead = new Date(Date.now() + Date.parse(time) - then).toISOString();
    return `"absolute_time":"${ahead}"`;
  });
  // Just before it was answered.
  const after_ms = isCounted(exchange) ? (responses[1]?.after_ms ?? 0) - 0.1 : 0;
  return { do: "publish", after_ms, operation: request.topic.split("/").at(-1) ?? "", payload };
}
