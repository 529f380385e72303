/** What a form offers while a user types: out of the traffic of the connection, as far as it fits what is typed so far. */
import type { Ledger } from "../devices/ledger";
import { parseDevicePattern, parsePorts } from "../stack/filters";
import { fieldsOf } from "../stack/fields";
import type { SuggestionList } from "../stack/suggestions";
import type { Received } from "../stack/messages";
import { finite } from "../stack/radio";
import { isVisible } from "../stack/shown";
import type { ConnectionView } from "./view";

/** What the forms may know of a connection. */
export interface ConnectionInsight {
  readonly state: ConnectionView["state"] | "unused";
  /** Absent while no node uses the connection. */
  readonly ledger: Ledger | undefined;
}

export interface SuggestionRequest {
  readonly list: SuggestionList;
  /** What is typed so far; empty for all. */
  readonly typed: string;
  /** Of these devices and FPorts only, as in the fields of a form. */
  readonly devices: string;
  readonly ports: string;
}

/** Everything but `value` is there to recognise it by. */
export interface Suggestion {
  readonly value: string;
  /** Upper-case hex. */
  readonly eui?: string;
  /** ms since it was seen. */
  readonly ago?: number;
  /** The device that it is from. */
  readonly deviceId?: string;
  /** A value, as JSON. */
  readonly sample?: string;
  /** dBm. */
  readonly rssi?: number;
}

export interface Suggestions {
  /** The best first. */
  readonly items: readonly Suggestion[];
  /** How many more would fit. */
  readonly more: number;
  /** Devices that anything came from. */
  readonly devicesSeen: number;
  readonly state: ConnectionInsight["state"];
}

const MOST_ITEMS = 20;
/** Fields are looked through rather than recognised. */
const MOST_FIELDS = 50;
const MOST_FOUND = 1_000;
/** What is read at most for one answer, in bytes. */
const MOST_READ = 1_000_000;

type Lister = (ledger: Ledger, request: SuggestionRequest, now: number) => Suggestion[];

/** Undefined for a text that is no list of devices or FPorts. */
function filtersOf({ devices, ports }: SuggestionRequest) {
  const device = parseDevicePattern(devices);
  const port = parsePorts(ports);
  return device.ok && port.ok ? { device, port } : undefined;
}

/** The last uplinks that a form is about, the latest first, as many as may be read. */
function* readUplinks(ledger: Ledger, request: SuggestionRequest) {
  const filters = filtersOf(request);
  if (!filters) return;
  let room = MOST_READ;
  for (const uplink of ledger.lastUplinks(filters.device.matches, filters.port.matches)) {
    room -= uplink.size;
    if (room < 0) return;
    const received = uplink.read()?.received;
    if (received?.kind === "uplink_message") yield { at: uplink.at, message: received.message };
  }
}

const LONGEST_NAME = 64;

/** What can be chosen: an ID that hides characters looks like another one. */
const isName = (id: string): boolean => id !== "" && id.length <= LONGEST_NAME && isVisible(id);

const plain = (text: string): string => text.toLowerCase();

/** An EUI as it may be typed: also in pairs. */
const hexOnly = (text: string): string => text.replace(/[:\- ]/g, "").toUpperCase();

/** Those that fit what is typed: first those that begin with it. */
function fitting(
  items: readonly Suggestion[],
  typed: string,
  fits: (item: Suggestion) => boolean,
): Suggestion[] {
  const begins = (item: Suggestion): boolean => plain(item.value).startsWith(plain(typed));
  const found = items.filter(fits);
  return [...found.filter(begins), ...found.filter((item) => !begins(item))];
}

const containing = (items: readonly Suggestion[], typed: string): Suggestion[] =>
  fitting(items, typed, ({ value }) => plain(value).includes(plain(typed)));

const LISTERS: Readonly<Record<SuggestionList, Lister>> = {
  devices(ledger, { typed }, now) {
    const items = [...ledger.devices]
      .filter(({ deviceId }) => isName(deviceId))
      .sort((one, other) => one.at - other.at)
      .reverse()
      .map(({ deviceId, eui, at }): Suggestion => {
        const item = { value: deviceId, ago: now - at };
        return eui === undefined ? item : { ...item, eui: eui.toUpperCase() };
      });
    const pattern = typed.includes("*") ? parseDevicePattern(typed) : undefined;
    if (pattern) return items.filter(({ value }) => pattern.ok && pattern.matches(value));
    const hex = hexOnly(typed);
    return fitting(
      items,
      typed,
      ({ value, eui }) =>
        plain(value).includes(plain(typed)) || (hex.length > 2 && eui?.includes(hex) === true),
    );
  },

  ports(ledger, request, now) {
    const filters = filtersOf({ ...request, ports: "" });
    const found = new Map<number, Suggestion>();
    for (const { fPort, at, device } of filters
      ? ledger.lastUplinks(filters.device.matches, () => true)
      : []) {
      if (fPort !== undefined && !found.has(fPort))
        found.set(fPort, { value: String(fPort), ago: now - at, deviceId: device.deviceId });
    }
    const inOrder = [...found].sort(([one], [other]) => one - other).map(([, item]) => item);
    return inOrder.filter(({ value }) => value.startsWith(request.typed));
  },

  fields(ledger, request) {
    const found = new Map<string, Suggestion>();
    for (const { message } of readUplinks(ledger, request)) {
      for (const { path, sample } of fieldsOf(message.uplink_message.decoded_payload))
        if (found.size < MOST_FOUND && !found.has(path)) found.set(path, { value: path, sample });
    }
    return containing([...found.values()], request.typed);
  },

  gateways(ledger, request, now) {
    const found = new Map<string, Suggestion>();
    for (const { message, at } of readUplinks(ledger, request)) {
      for (const item of gatewaysOf(message)) {
        if (!found.has(item.value)) found.set(item.value, { ...item, ago: now - at });
      }
    }
    return containing([...found.values()], request.typed);
  },
};

/** Not those behind Packet Broker: they are others' and cannot be chosen. */
function gatewaysOf({ uplink_message: uplink }: Extract<Received, { kind: "uplink_message" }>["message"]) {
  return (uplink.rx_metadata ?? []).flatMap(({ gateway_ids, rssi: given }): Suggestion[] => {
    const value = gateway_ids?.gateway_id ?? "";
    if (!isName(value) || value === "packetbroker") return [];
    const eui = gateway_ids?.eui ?? "";
    const rssi = finite(given);
    return [
      {
        value,
        ...(eui.length === 16 ? { eui: eui.toUpperCase() } : {}),
        ...(rssi === undefined ? {} : { rssi }),
      },
    ];
  });
}

/** @param now ms since 1970 */
export function suggestionsFor(
  { state, ledger }: ConnectionInsight,
  request: SuggestionRequest,
  now: number,
): Suggestions {
  if (!ledger) return { items: [], more: 0, devicesSeen: 0, state };
  const all = LISTERS[request.list](ledger, request, now);
  const items = all.slice(0, request.list === "fields" ? MOST_FIELDS : MOST_ITEMS);
  return { items, more: all.length - items.length, devicesSeen: ledger.size, state };
}
