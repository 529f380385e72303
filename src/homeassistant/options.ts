/** What a user chooses: entities, commands, topics. Usable in the browser. */
import { isJsonObject } from "../stack/check";

export const ENTITY_COMPONENTS = ["sensor", "binary_sensor", "off"] as const;
export type EntityComponent = (typeof ENTITY_COMPONENTS)[number];

export const STATE_CLASSES = ["measurement", "total", "total_increasing", "measurement_angle"] as const;
export type StateClass = (typeof STATE_CLASSES)[number];

/** A field of the decoded payload, and what is said of it instead of what is recognised. */
export interface EntityOption {
  field: string;
  name?: string;
  /** `off`: it is no entity. */
  component?: string;
  unit?: string;
  deviceClass?: string;
  stateClass?: string;
}

export const COMMAND_COMPONENTS = ["switch", "button", "number", "select"] as const;
export type CommandComponent = (typeof COMMAND_COMPONENTS)[number];

export const COMMAND_ENCODINGS = ["fields", "bytes"] as const;

/** Something in Home Assistant that sends a downlink. */
export interface CommandOption {
  /** Part of the topic: letters, digits, `_` and `-`. */
  key: string;
  name: string;
  component: string;
  /** IDs with commas between, `*` for any characters; empty for all devices. */
  devices?: string;
  /** 1 to 223. */
  fPort: number | string;
  /** `fields` for the encoder, or `bytes`. */
  encoding?: string;
  /**
   * What is sent, with `$value` where the value goes. Fields: JSON such as `{"open": "$value"}`, empty for a field with the name of
   * the key. Bytes: hex such as `01 $value`, in which a number takes `width` bytes.
   */
  payload?: string;
  /** Of a switch: what `$value` is; without them `true` and `false`, or `01` and `00`. */
  on?: string;
  off?: string;
  /** Of a select: `open=01, closed=00`, or names alone. */
  options?: string;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  unit?: string;
  /** Of a number in bytes: 1 to 4, the highest byte first. */
  width?: number | string;
  /** The field of uplinks that tells the state; without one Home Assistant believes what it sent. */
  state?: string;
  confirmed?: boolean;
  priority?: string;
}

export const MOST_ENTITIES = 100;
export const MOST_COMMANDS = 50;

/** The objects in a list of a flow; anything else is none. */
export const objectsIn = (value: unknown, most: number): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isJsonObject).slice(0, most) : [];

/** A key goes into a topic. */
export const isCommandKey = (key: string): boolean => /^[A-Za-z0-9_-]{1,40}$/.test(key);

/** Levels with `/` between, without what MQTT keeps for filters. No address either: `mqtt://` has an empty level. */
export const isTopicPrefix = (text: string): boolean =>
  text.length <= 100 && !text.startsWith("$") && text.split("/").every((level) => /^[^+#\s\0]+$/.test(level));
