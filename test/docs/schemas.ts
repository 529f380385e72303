/** The published JSON Schemas, for tests to hold messages and flows to them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { isJsonObject } from "../../src/stack/check";

export const FOLDER = path.resolve(__dirname, "../../docs/schema");

export type Kind = "message" | "node";

export interface Schema {
  readonly anyOf?: readonly { readonly $ref: string }[];
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  additionalProperties?: unknown;
}

export const schemaOf = (type: string, kind: Kind): Schema =>
  JSON.parse(readFileSync(path.join(FOLDER, `${type}.${kind}.json`), "utf8")) as Schema;

/** What The Things Stack makes: it may have more than is named. What stands below these is its own, too. */
const OF_THE_STACK = new Set([
  ...[
    "ApplicationUp",
    "ApplicationDownlink",
    "UplinkMessage",
    "UplinkNormalized",
    "JoinAccept",
    "EndDeviceIds",
  ],
  ...["RxMetadata", "TxSettings", "Location", "StackError", "DownlinkFailed", "DownlinkQueueInvalidated"],
  ...["LocationSolved", "ServiceData", "JsonObject"],
  // As a V2 network sent it.
  ...["V2Metadata", "V2Gateway"],
]);

/** The schema with nothing more in our own objects than it names, so that a field that it lacks fails a test. */
function strict(schema: Schema): Schema {
  const closed = structuredClone(schema);
  for (const [name, each] of [["", closed] as const, ...Object.entries(closed.definitions ?? {})])
    if (each.properties && !OF_THE_STACK.has(name)) each.additionalProperties ??= false;
  return closed;
}

const validators = new Map<string, ValidateFunction>();

/** @param isOpen what comes in goes on: other fields are no surprise */
export function assertValid(type: string, kind: Kind, value: unknown, isOpen = false): void {
  const key = `${type} ${kind} ${String(isOpen)}`;
  const schema = schemaOf(type, kind);
  const validate =
    validators.get(key) ??
    new Ajv({ allErrors: true, allowUnionTypes: true }).compile(isOpen ? schema : strict(schema));
  validators.set(key, validate);
  // As JSON has it, and without what Node-RED adds.
  const { _msgid, ...plain } = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  assert.ok(_msgid === undefined || typeof _msgid === "string");
  assert.ok(isJsonObject(plain));
  if (!validate(plain))
    assert.fail(`${type}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(plain)}`);
}

/** Names of the fields of a message, whatever form of it. */
export function fieldsOf(type: string): Set<string> {
  const { definitions = {}, ...schema } = schemaOf(type, "message");
  const forms = schema.anyOf
    ? schema.anyOf.map(({ $ref }) => definitions[$ref.split("/").at(-1) ?? ""])
    : [schema];
  return new Set(forms.flatMap((form) => Object.keys(form?.properties ?? {})));
}
