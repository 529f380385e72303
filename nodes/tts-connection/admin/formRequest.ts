import { isJsonObject } from "../../../src/stack/check";
import { isServiceName } from "../../../src/stack/services";
import {
  CONNECTION_DEFAULTS,
  CONNECTION_SECRETS,
  type ConnectionCredentials,
  type ConnectionProperties,
} from "../../../src/stack/connectionProperties";

/** The values of a connection form, as the editor sends them; nothing else gets into it. */
export interface FormRequest {
  /** Of the config node, which need not be deployed. */
  readonly id: string;
  readonly properties: ConnectionProperties;
  readonly credentials: ConnectionCredentials;
}

/** All of a form: addresses, topics and a key are some hundred characters. */
const LARGEST_REQUEST = 64_000;
const LONGEST_TEXT = 4_000;
const MOST_TOPICS = 30;

/** The body of a request; `undefined` for anything but a form. */
export function readFormRequest(body: unknown): FormRequest | undefined {
  if (!isJsonObject(body) || isLarger(body, LARGEST_REQUEST)) return undefined;
  const { id, properties, credentials } = body;
  if (typeof id !== "string" || !/^[\w.-]{1,100}$/.test(id)) return undefined;
  if (!isJsonObject(properties) || !isJsonObject(credentials)) return undefined;
  return {
    id,
    properties: readProperties(properties),
    credentials: readCredentials(credentials),
  };
}

/** Whether a value that JSON made has more characters than that. Not nested itself, as what it looks at may be without end. */
function isLarger(body: unknown, most: number): boolean {
  const left: unknown[] = [body];
  let room = most;
  while (left.length > 0) {
    const value = left.pop();
    room -= typeof value === "string" ? value.length + 2 : 2;
    if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        room -= key.length;
        if (room < 0) return true;
        left.push(member);
      }
    }
    if (room < 0) return true;
  }
  return false;
}

/** Properties of the right type; for others the defaults, as at run time. */
export function readProperties(given: Record<string, unknown>): ConnectionProperties {
  const properties = { ...CONNECTION_DEFAULTS };
  for (const name of TEXTS) properties[name] = textOf(given, name) ?? properties[name];
  const service = textOf(given, "service");
  if (isServiceName(service)) properties.service = service;
  for (const name of FLAGS) {
    const flag = given[name];
    if (typeof flag === "boolean") properties[name] = flag;
  }
  properties.topics = isJsonObject(given.topics) ? textsOf(given.topics) : {};
  return properties;
}

const FLAGS = ["useTls", "backfill"] as const;

type TextProperty = Exclude<keyof ConnectionProperties, "service" | "topics" | (typeof FLAGS)[number]>;

const TEXTS = Object.keys(CONNECTION_DEFAULTS).filter(
  (name): name is TextProperty => !["service", "topics", ...FLAGS].includes(name),
);

export function readCredentials(given: Record<string, unknown>): ConnectionCredentials {
  const texts = textsOf(given);
  const known = CONNECTION_SECRETS.filter((name) => texts[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, texts[name]]));
}

function textOf(given: Record<string, unknown>, name: string): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  return typeof value === "string" && value.length <= LONGEST_TEXT ? value : undefined;
}

function textsOf(
  given: Record<string, unknown>,
): Readonly<Record<string, string | undefined>> & Record<string, string> {
  const entries = Object.keys(given)
    .slice(0, MOST_TOPICS)
    .map((name) => [name, textOf(given, name)] as const)
    .filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** The same with all texts passed through `change`. */
export function mapTexts(
  { properties, credentials }: Pick<FormRequest, "properties" | "credentials">,
  change: (text: string) => string,
): Pick<FormRequest, "properties" | "credentials"> {
  const changed = { ...properties };
  for (const name of TEXTS) changed[name] = change(changed[name]);
  const each = (texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]));
  changed.topics = each(changed.topics);
  return { properties: changed, credentials: readCredentials(each({ ...credentials })) };
}
