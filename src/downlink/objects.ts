/** Downlink objects in the stack's own words, field by field: what the stack would ignore or drop is refused. Usable in the browser. */
import { jsonFlag, priorityOrNumber } from "./choices";
import { readDecoded } from "./decoded";
import { listIn, membersOf } from "./foreign";
import { correlationIdList, gatewayPaths, notAnObject, unknownField } from "./lists";
import { attempts, fPort, uint32 } from "./numbers";
import type { DownlinkItem } from "./order";
import { base64Field, readPayload } from "./payload";
import { guarded, refused, right, type Refused, type Ruled } from "./ruled";
import { shown } from "./shown";
import { jsonTime } from "./time";
import { PAYLOAD_PLACE, refusedWhole, wholeIn, wholeInText } from "./whole";

/** Rule: `ns.downlink-queue-capacity`, per session. */
const MOST_ITEMS = 10_000;

/** Rule: `ApplicationDownlink.session_key_id`. */
const LONGEST_SESSION_KEY_ID = 2_048;

/** In which a whole downlink is looked for. */
const LONGEST_TEXT = 16_384;

type Field<T> = (value: unknown, property: string, now: number) => Ruled<T>;

/** Reads one field into the item, or says what is wrong with it. */
type Reader = (item: DownlinkItem, value: unknown, property: string, now: number) => Refused | undefined;

function field<K extends keyof DownlinkItem>(
  name: K,
  rule: Field<Exclude<DownlinkItem[K], undefined>>,
): Reader {
  return (item, value, property, now) => {
    const ruled = rule(value, `${property}.${name}`, now);
    if (!ruled.ok) return ruled;
    item[name] = ruled.value;
    return undefined;
  };
}

/** In the order in which they are checked. */
const FIELDS: Readonly<Record<keyof DownlinkItem, Reader>> = {
  f_port: field("f_port", fPort),
  frm_payload: field("frm_payload", payload),
  decoded_payload: field("decoded_payload", readDecoded),
  priority: field("priority", priorityOrNumber),
  confirmed: field("confirmed", jsonFlag),
  confirmed_retry: field("confirmed_retry", confirmedRetry),
  correlation_ids: field("correlation_ids", correlationIdList),
  class_b_c: field("class_b_c", classBC),
  session_key_id: field("session_key_id", (value, property) =>
    base64Field(value, property, LONGEST_SESSION_KEY_ID),
  ),
  f_cnt: field("f_cnt", uint32),
};

const NAMES = Object.keys(FIELDS) as (keyof DownlinkItem)[];

/** The list of `encoding: downlinks`, copied; it may be empty. `now` in ms. Never throws. */
export function readDownlinks(value: unknown, now: number): Ruled<DownlinkItem[]> {
  return guarded("downlinks", () => {
    if (value === undefined) return refused("error.invalid-downlink.payload-missing", {});
    const list = listIn(value);
    if (list === undefined) return notAList(value);
    const { length } = list;
    if (length > MOST_ITEMS) {
      return refused("error.invalid-downlink.list-size", { property: "downlinks", length, most: MOST_ITEMS });
    }
    const items: DownlinkItem[] = [];
    for (let index = 0; index < length; index++) {
      const property = `downlinks[${index}]`;
      const item = guarded(property, () => readItem(list[index], property, now));
      if (!item.ok) return item;
      items.push(item.value);
    }
    return right(items);
  });
}

function notAList(value: unknown): Refused {
  const isText = typeof value === "string";
  const whole = isText ? wholeInText(value.slice(0, LONGEST_TEXT), false) : wholeIn(value, false);
  if (whole === undefined) return refused("error.invalid-downlink.downlinks", { value: shown(value) });
  return whole.what === "downlink" && !isText
    ? refused("error.invalid-downlink.downlinks-one", { property: "payload", place: PAYLOAD_PLACE })
    : refusedWhole(whole, "payload", isText);
}

function readItem(value: unknown, property: string, now: number): Ruled<DownlinkItem> {
  const members = membersOf(value);
  if (members === undefined) return notAnObject(value, property);
  const wrong = unknownField(members, NAMES, property) ?? wrongPayload(members, property);
  if (wrong !== undefined) return wrong;
  const item: DownlinkItem = {};
  for (const name of NAMES) {
    if (!members.has(name)) continue;
    const refusal = FIELDS[name](item, members.get(name), property, now);
    if (refusal !== undefined) return refusal;
  }
  return right(item);
}

/** What is wrong with the fields that are there and those that are not. */
function wrongPayload(members: ReadonlyMap<string, unknown>, property: string): Refused | undefined {
  const isDecoded = members.has("decoded_payload");
  if (!members.has("f_port") && !isDecoded)
    return refused("error.invalid-downlink.item-no-fport", { property });
  if (members.has("frm_payload")) {
    return isDecoded ? refused("error.invalid-downlink.item-both-payloads", { property }) : undefined;
  }
  return isDecoded ? undefined : refused("error.invalid-downlink.item-no-payload", { property });
}

function payload(value: unknown, property: string): Ruled<string> {
  const read = readPayload("base64", value, property);
  return read.ok ? right(read.value.base64) : read;
}

function confirmedRetry(
  value: unknown,
  property: string,
): Ruled<NonNullable<DownlinkItem["confirmed_retry"]>> {
  const members = membersOf(value);
  if (members === undefined) return notAnObject(value, property);
  const unknown = unknownField(members, ["attempt", "max_attempts"], property);
  if (unknown !== undefined) return unknown;
  const retry: NonNullable<DownlinkItem["confirmed_retry"]> = {};
  if (members.has("attempt")) {
    const attempt = uint32(members.get("attempt"), `${property}.attempt`);
    if (!attempt.ok) return attempt;
    retry.attempt = attempt.value;
  }
  if (members.has("max_attempts")) {
    const most = attempts(members.get("max_attempts"), `${property}.max_attempts`);
    if (!most.ok) return most;
    retry.max_attempts = most.value;
  }
  return right(retry);
}

function classBC(
  value: unknown,
  property: string,
  now: number,
): Ruled<NonNullable<DownlinkItem["class_b_c"]>> {
  const members = membersOf(value);
  if (members === undefined) return notAnObject(value, property);
  const unknown = unknownField(members, ["gateways", "absolute_time"], property);
  if (unknown !== undefined) return unknown;
  const classes: NonNullable<DownlinkItem["class_b_c"]> = {};
  if (members.has("gateways")) {
    const paths = gatewayPaths(members.get("gateways"), `${property}.gateways`);
    if (!paths.ok) return paths;
    classes.gateways = paths.value;
  }
  if (members.has("absolute_time")) {
    const time = jsonTime(members.get("absolute_time"), `${property}.absolute_time`, now);
    if (!time.ok) return time;
    classes.absolute_time = time.value;
  }
  return right(classes);
}
