/** An uplink as one row of plain values, for databases and tables. */
import { isJsonObject } from "./check";
import type { JsonObject } from "./messages";
import type { RadioSummary } from "./radio";

export type Row = Record<string, number | string | boolean>;

/** What is known of an uplink besides its decoded payload. */
export interface RowSource {
  /** ms since 1970. */
  readonly time: number;
  readonly deviceId: string;
  readonly fPort?: number;
  readonly fCnt: number;
  readonly radio: Pick<RadioSummary, "rssi" | "snr" | "spreadingFactor" | "gatewayId" | "gateways">;
  /** Percent. */
  readonly battery?: number;
}

export interface MadeRow {
  readonly row: Row;
  /** Decoded values for which there was no room. */
  readonly leftOut: number;
}

/**
 * The columns of our own. A decoded value never takes one, not even where a message leaves it empty: a column that holds volts of the
 * decoder in one row and percent of the network in the next would be wrong without a word.
 */
const OWN_COLUMNS: ReadonlySet<string> = new Set([
  "time",
  "device",
  "f_port",
  "f_cnt",
  "radio_rssi",
  "radio_snr",
  "radio_sf",
  "radio_gateway",
  "radio_gateways",
  "battery",
  // Every object has this one, and no database takes a column without a name.
  "__proto__",
  "",
]);

/** Databases take some thousand columns at most, and names of a hundred characters or so. */
const MOST_VALUES = 1_000;
const LONGEST_NAME = 200;

/** Makes the row. The decoded payload is only read. */
export function rowOf(source: RowSource, decoded: JsonObject): MadeRow {
  const { time, deviceId, fPort, fCnt, radio, battery } = source;
  const row: Row = { time, device: deviceId };
  if (fPort !== undefined) row.f_port = fPort;
  row.f_cnt = fCnt;
  const leftOut = addValues(row, decoded);
  if (radio.rssi !== undefined) row.radio_rssi = radio.rssi;
  if (radio.snr !== undefined) row.radio_snr = radio.snr;
  if (radio.spreadingFactor !== undefined) row.radio_sf = radio.spreadingFactor;
  if (radio.gatewayId !== undefined) row.radio_gateway = radio.gatewayId;
  row.radio_gateways = radio.gateways;
  if (battery !== undefined) row.battery = battery;
  return { row, leftOut };
}

/** Adds the values of a decoded payload, in its order, and says for how many there was no room. */
function addValues(row: Row, decoded: JsonObject): number {
  let added = 0;
  let leftOut = 0;
  /** `name` is undefined where it has become too long. */
  const visit = (value: unknown, name: string | undefined): void => {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) visit(value[index], below(name, String(index)));
    } else if (isJsonObject(value)) {
      for (const key in value) visit(value[key], below(name, key));
    } else if (value !== null) {
      const column = added < MOST_VALUES && name !== undefined ? freeColumn(row, name) : undefined;
      if (column !== undefined && isCell(value)) {
        row[column] = value;
        added++;
      } else leftOut++;
    }
  };
  for (const key in decoded) visit(decoded[key], bounded(key));
  return leftOut;
}

/** JSON has no infinity, but 1e999 becomes one. */
const isCell = (value: unknown): value is Row[string] =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);

const bounded = (name: string): string | undefined => (name.length > LONGEST_NAME ? undefined : name);

const below = (name: string | undefined, step: string): string | undefined =>
  name === undefined ? undefined : bounded(`${name}_${step}`);

/** The name itself, or with `payload_` in front where it is taken; `undefined` where that becomes too long. */
function freeColumn(row: Row, name: string): string | undefined {
  let column = name;
  while (OWN_COLUMNS.has(column) || Object.hasOwn(row, column)) {
    column = `payload_${column}`;
    if (column.length > LONGEST_NAME) return undefined;
  }
  return column;
}
