import { isJsonObject } from "../stack/check";
import { stackError } from "../stack/shape";
import { errorSentence } from "../stack/stackError";
import { millisecondsOf, nanosecondsOf } from "../stack/timestamp";
import { shownText } from "../stack/shown";

/** What the stack says of the connection of a gateway. Times in ms since 1970. Rule: docs/server.md#9-http-api. */
export interface GatewayStatistics {
  readonly connectedAt?: number;
  /** It is gone, although the server still knows of it. */
  readonly disconnectedAt?: number;
  readonly disconnectReason?: string;
  /** The last sign of life of any kind. */
  readonly lastSeen?: number;
  readonly lastUplink?: number;
  /** ms, the median. */
  readonly roundTrip?: number;
}

const LONGEST_REASON = 200;

const timeOf = (value: unknown): number | undefined =>
  typeof value === "string" && value.length < 50 ? millisecondsOf(value) : undefined;

/** Undefined for what are no statistics. */
export function gatewayStatisticsOf(json: Record<string, unknown>): GatewayStatistics | undefined {
  const connectedAt = timeOf(json.connected_at);
  const disconnectedAt = timeOf(json.disconnected_at);
  if (connectedAt === undefined && disconnectedAt === undefined) return undefined;
  const lastUplink = timeOf(json.last_uplink_received_at);
  const signs = [
    ...[connectedAt, lastUplink],
    ...[json.last_status_received_at, json.last_tx_acknowledgment_received_at].map(timeOf),
  ].filter((at) => at !== undefined);
  const reason = disconnectReasonOf(json.disconnect_reason);
  const roundTrip = medianOf(json.round_trip_times);
  return {
    ...(connectedAt === undefined ? {} : { connectedAt }),
    ...(disconnectedAt === undefined ? {} : { disconnectedAt }),
    ...(reason === undefined ? {} : { disconnectReason: reason }),
    ...(signs.length === 0 ? {} : { lastSeen: Math.max(...signs) }),
    ...(lastUplink === undefined ? {} : { lastUplink }),
    ...(roundTrip === undefined ? {} : { roundTrip }),
  };
}

/** A text, as it is or as a `StringValue`, or the sentence of an error. */
export function disconnectReasonOf(given: unknown): string | undefined {
  const value = isJsonObject(given) && "value" in given ? given.value : given;
  if (isJsonObject(value) && (value.message_format !== undefined || value.name !== undefined))
    return stackError(value) === undefined ? shownText(errorSentence(value), LONGEST_REASON) : undefined;
  return typeof value === "string" && value !== "" ? shownText(value, LONGEST_REASON) : undefined;
}

function medianOf(times: unknown): number | undefined {
  const median = isJsonObject(times) ? times.median : undefined;
  const nanoseconds = typeof median === "string" ? nanosecondsOf(median) : undefined;
  return nanoseconds === undefined ? undefined : Math.round(nanoseconds / 1e5) / 10;
}
