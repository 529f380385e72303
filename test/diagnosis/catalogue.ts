/** The English texts, filled in as Node-RED does it. */
import assert from "node:assert/strict";
import catalogue from "../../nodes/shared/locales/en-US.json";
import { isJsonObject } from "../../src/stack/check";
import type { Text } from "../../src/stack/explanation";

function at(key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>((level, step) => (isJsonObject(level) ? level[step] : undefined), catalogue);
}

/** The text of a key, if there is one. */
export function textOfKey(key: string): string | undefined {
  const found = at(key);
  return typeof found === "string" ? found : undefined;
}

/** All keys below one, in full; itself where it is a text. */
export function keysBelow(key: string): string[] {
  const level = at(key);
  if (isJsonObject(level)) return Object.keys(level).flatMap((step) => keysBelow(`${key}.${step}`));
  return level === undefined ? [] : [key];
}

/** The whole text; fails where a value is missing, or is of no use to it. */
export function rendered({ key, values }: Text): string {
  const text = textOfKey(key);
  assert.ok(text !== undefined, `no text for ${key}`);
  return text.replace(/__(\w+?)__/g, (_placeholder, name: string) => {
    const value = values[name];
    assert.ok(value !== undefined && value !== "", `${key}: no value for ${name}`);
    return String(value);
  });
}
