/** Correlation IDs and gateways. Usable in the browser. */
import { hasHalfCharacter, listIn, membersOf } from "./foreign";
import { gatewayId } from "./names";
import { nearestOf } from "../stack/nearest";
import { uint32 } from "./numbers";
import type { GatewayPath } from "./order";
import { refused, refusedNear, right, type Refused, type Ruled } from "./ruled";
import { shown } from "./shown";
import { shownText } from "../stack/shown";

/** The stack's own: it would take them for its own and lose track of the downlink. */
const RESERVED = /^(?:as|ns|gs|js|pba|rpc):/;

const LONGEST_CORRELATION_ID = 100;

/** Of an unknown field, in a text. */
const LONGEST_FIELD = 40;

/** More than any flow uses; the stack has no limit of its own. */
const MOST_CORRELATION_IDS = 1_000;
const MOST_GATEWAYS = 1_000;

function correlationId(value: unknown, property: string): Ruled<string> {
  if (typeof value !== "string" || value === "") {
    return refused("error.invalid-downlink.correlation-id", { property, value: shown(value) });
  }
  // A character takes two units at most.
  const length = value.length > 2 * LONGEST_CORRELATION_ID ? value.length : Array.from(value).length;
  if (length > LONGEST_CORRELATION_ID) {
    return refused("error.invalid-downlink.correlation-id-size", { property, value: shown(value), length });
  }
  if (hasHalfCharacter(value)) return refused("error.invalid-downlink.half-character", { property });
  return RESERVED.test(value)
    ? refused("error.invalid-downlink.correlation-id-reserved", { property, value: shown(value) })
    : right(value);
}

/** A list of texts, each 1 to 100 characters and none that the stack might take for its own. */
export function correlationIdList(value: unknown, property: string): Ruled<string[]> {
  const list = listIn(value);
  if (list === undefined) {
    return refused("error.invalid-downlink.correlation-ids", { property, value: shown(value) });
  }
  return listed(list, property, MOST_CORRELATION_IDS, correlationId);
}

/** One text or a list of them. */
export function correlationIds(value: unknown, property: string): Ruled<string[]> {
  if (typeof value !== "string") return correlationIdList(value, property);
  const id = correlationId(value, property);
  return id.ok ? right([id.value]) : id;
}

function listed<T>(
  list: readonly unknown[],
  property: string,
  most: number,
  rule: (value: unknown, property: string) => Ruled<T>,
): Ruled<T[]> {
  const { length } = list;
  if (length > most) return refused("error.invalid-downlink.list-size", { property, length, most });
  const values: T[] = [];
  for (let index = 0; index < length; index++) {
    const ruled = rule(list[index], `${property}[${index}]`);
    if (!ruled.ok) return ruled;
    values.push(ruled.value);
  }
  return right(values);
}

/** The gateways of the form: `{ id, antennaIndex?, groupIndex? }`, in the order of preference. */
export function gateways(value: unknown, property: string): Ruled<GatewayPath[]> {
  const list = listIn(value);
  return list === undefined
    ? refused("error.invalid-downlink.gateways", { property, value: shown(value) })
    : listed(list, property, MOST_GATEWAYS, (entry, path) =>
        gatewayPath(entry, path, "id", "antennaIndex", "groupIndex"),
      );
}

/** The gateways of a downlink object: `{ gateway_ids: { gateway_id }, antenna_index?, group_index? }`. */
export function gatewayPaths(value: unknown, property: string): Ruled<GatewayPath[]> {
  const list = listIn(value);
  return list === undefined
    ? refused("error.invalid-downlink.gateway-paths", { property, value: shown(value) })
    : listed(list, property, MOST_GATEWAYS, (entry, path) =>
        gatewayPath(entry, path, "gateway_ids", "antenna_index", "group_index"),
      );
}

function gatewayPath(
  value: unknown,
  property: string,
  name: "id" | "gateway_ids",
  antennaName: string,
  groupName: string,
): Ruled<GatewayPath> {
  const members = membersOf(value);
  if (members === undefined) return notAnObject(value, property);
  const unknown = unknownField(members, [name, antennaName, groupName], property);
  if (unknown !== undefined) return unknown;
  const given = members.get(name);
  const id =
    name === "id" ? gatewayId(given, `${property}.id`) : gatewayIds(given, `${property}.gateway_ids`);
  if (!id.ok) return id;
  const path: GatewayPath = { gateway_ids: { gateway_id: id.value } };
  if (members.has(antennaName)) {
    const index = uint32(members.get(antennaName), `${property}.${antennaName}`);
    if (!index.ok) return index;
    path.antenna_index = index.value;
  }
  if (members.has(groupName)) {
    const index = uint32(members.get(groupName), `${property}.${groupName}`);
    if (!index.ok) return index;
    path.group_index = index.value;
  }
  return right(path);
}

function gatewayIds(value: unknown, property: string): Ruled<string> {
  if (value === undefined) return refused("error.invalid-downlink.gateway-missing", { property });
  const members = membersOf(value);
  if (members === undefined) return notAnObject(value, property);
  if (members.has("eui")) {
    return refused("error.invalid-downlink.gateway-eui", {
      property: `${property}.eui`,
      value: shown(members.get("eui")),
    });
  }
  const unknown = unknownField(members, ["gateway_id"], property);
  return unknown ?? gatewayId(members.get("gateway_id"), `${property}.gateway_id`);
}

export function notAnObject(value: unknown, property: string): Refused {
  return refused("error.invalid-downlink.object", { property, value: shown(value) });
}

/** Names that people write for a field that is called otherwise: of V2, or where the field stands elsewhere. */
const CALLED: ReadonlyMap<string, string> = new Map([
  ["port", "f_port"],
  ["payload", "frm_payload"],
  ["payload_raw", "frm_payload"],
  ["payload_fields", "decoded_payload"],
  ["absolute_time", "class_b_c.absolute_time"],
  ["gateways", "class_b_c.gateways"],
  ["attempt", "confirmed_retry.attempt"],
  ["max_attempts", "confirmed_retry.max_attempts"],
]);

/** The stack ignores a field it does not know, and sends without it. */
export function unknownField(
  members: ReadonlyMap<string, unknown>,
  known: readonly string[],
  property: string,
): Refused | undefined {
  // Within a field of a downlink the names of others would lead in a circle.
  const isItem = known.includes("f_port");
  for (const name of members.keys()) {
    if (known.includes(name)) continue;
    const near = nearestOf(name, isItem ? [...known, ...CALLED.keys()] : known)[0];
    return refusedNear(
      { alone: "error.invalid-downlink.field", near: "error.invalid-downlink.field-near" },
      { property, field: shownText(name, LONGEST_FIELD), fields: known.join(", ") },
      near === undefined || !isItem ? near : (CALLED.get(near) ?? near),
    );
  }
  return undefined;
}
