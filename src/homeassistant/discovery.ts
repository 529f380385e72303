/**
 * The one discovery message of a device, with all its entities in it. Rule: MQTT device discovery of Home Assistant 2024.12 and later.
 */
import type { Command } from "./commands";
import type { DeviceRecord } from "./device";
import { entityOf, type Entity } from "./entities";
import { levelOf, nameFor, uniqueId, type OwnKey } from "./names";
import type { Settings } from "./settings";

export type Component = Record<string, string | number | boolean | readonly string[]>;

export interface Discovery {
  readonly device: Readonly<Record<string, string | readonly string[]>>;
  readonly origin: { readonly name: string; readonly support_url: string };
  readonly components: Readonly<Record<string, Component>>;
}

const ORIGIN = {
  name: "node-red-the-things-stack",
  support_url: "https://github.com/tts-flows/node-red-the-things-stack",
};

const levels = (
  { base }: Settings,
  { applicationId, id }: Pick<DeviceRecord, "applicationId" | "id">,
): string => `${base}/${levelOf(applicationId)}/${levelOf(id)}`;

type Names = Pick<DeviceRecord, "applicationId" | "id">;

export const stateTopic = (settings: Settings, device: Names): string => `${levels(settings, device)}/state`;

export const configTopic = ({ prefix }: Settings, { applicationId, id }: Names): string =>
  `${prefix}/device/${uniqueId(applicationId, id)}/config`;

/** `value_json` is a dictionary; a key that is not there is no error of Home Assistant's log, but unknown. */
const valueOf = (key: string): string => `{{ value_json.get('${key}') }}`;

const TRUE_WORDS = "['on', 'true', 'yes', 'open', 'opened', 'detected', 'active', '1']";

const flagOf = (key: string): string =>
  `{% set v = value_json.get('${key}') %}{{ 'None' if v is none else 'ON' if (v is number and v != 0) ` +
  `or (v is string and v | lower in ${TRUE_WORDS}) else 'OFF' }}`;

/** A state that was kept is old when Home Assistant starts: `expire_after` would count from then on. */
const freshFor = (seconds: number): string =>
  `{{ 'online' if now().timestamp() - as_timestamp(value_json.get('last_seen'), 0) < ${seconds} else 'offline' }}`;

/** What our own values are. */
const DIAGNOSTICS: readonly (readonly [key: OwnKey, component: Component])[] = [
  ["rssi", { device_class: "signal_strength", unit_of_measurement: "dBm", state_class: "measurement" }],
  ["snr", { device_class: "signal_strength", unit_of_measurement: "dB", state_class: "measurement" }],
  ["battery_level", { device_class: "battery", unit_of_measurement: "%", state_class: "measurement" }],
  ["gateways", { state_class: "measurement", icon: "mdi:radio-tower" }],
  ["last_seen", { device_class: "timestamp" }],
];

/** Seconds after the last uplink; 0 for no limit. */
export const expiryFor = (settings: Settings, device: DeviceRecord): number =>
  settings.expireAfter ?? device.expiry;

/** The message; `undefined` as long as there is nothing to tell. */
export function discoveryOf(settings: Settings, device: DeviceRecord): Discovery | undefined {
  const components = componentsOf(settings, device);
  if (Object.keys(components).length === 0) return undefined;
  // Home Assistant takes an entity away by its component alone.
  for (const [id, component] of device.components)
    if (!Object.hasOwn(components, id)) components[id] = { platform: component };
  return { device: aboutDevice(device), origin: { ...ORIGIN }, components };
}

function aboutDevice(device: DeviceRecord): Discovery["device"] {
  const { id, applicationId, eui, name = id, brand, model, firmware } = device;
  const about: Record<string, string | readonly string[]> = {
    identifiers: [uniqueId(applicationId, id)],
    name: nameFor(name),
  };
  if (brand !== undefined) about.manufacturer = nameFor(brand);
  if (model !== undefined) about.model = nameFor(model);
  if (firmware !== undefined) about.sw_version = nameFor(firmware);
  if (eui !== undefined) about.serial_number = nameFor(eui);
  return about;
}

function componentsOf(settings: Settings, device: DeviceRecord): Record<string, Component> {
  const unique = uniqueId(device.applicationId, device.id);
  const topic = stateTopic(settings, device);
  const commands = settings.commands.filter((command) => command.isFor(device.id));
  const shownByCommands = new Set(commands.map(({ state }) => state));
  const seconds = expiryFor(settings, device);
  const fresh: Component =
    seconds === 0
      ? {}
      : { expire_after: seconds, availability_topic: topic, availability_template: freshFor(seconds) };

  const components: Record<string, Component> = {};
  for (const field of device.fields.values()) {
    if (shownByCommands.has(field.key)) continue;
    const entity = entityOf(field, settings.entities.get(field.key), settings.automatic);
    if (entity === undefined) continue;
    components[field.key] = {
      ...{
        platform: entity.component,
        unique_id: `${unique}_${field.key}`,
        name: entity.name,
        state_topic: topic,
      },
      ...traitsOf(entity, field.key),
      ...fresh,
    };
  }
  if (settings.diagnostics) {
    for (const [key, traits] of DIAGNOSTICS) {
      if (!device.values.has(key)) continue;
      components[key] = {
        ...{
          platform: "sensor",
          unique_id: `${unique}_${key}`,
          name: settings.names[key],
          state_topic: topic,
        },
        ...{ value_template: valueOf(key), entity_category: "diagnostic", ...traits },
        // When it was last heard is worth knowing all the more when it is silent.
        ...(key === "last_seen" ? {} : fresh),
      };
    }
  }
  for (const command of commands) {
    // In the key of a field there are two of these or none.
    components[`~${command.key}`] = {
      ...{ platform: command.component, unique_id: `${unique}_~${command.key}`, name: command.name },
      command_topic: `${levels(settings, device)}/set/${command.key}`,
      ...sendsOf(command, topic),
    };
  }
  return components;
}

function traitsOf({ component, unit, deviceClass, stateClass }: Entity, key: string): Component {
  const traits: Component =
    component === "sensor"
      ? { value_template: valueOf(key) }
      : { value_template: flagOf(key), payload_on: "ON", payload_off: "OFF" };
  if (deviceClass !== undefined) traits.device_class = deviceClass;
  if (unit !== undefined) traits.unit_of_measurement = unit;
  if (stateClass !== undefined) traits.state_class = stateClass;
  return traits;
}

function sendsOf({ component, state, range, unit, options }: Command, topic: string): Component {
  const told = (template: string): Component =>
    state === undefined ? { optimistic: true } : { state_topic: topic, value_template: template };
  switch (component) {
    case "switch":
      return { payload_on: "ON", payload_off: "OFF", ...told(flagOf(state ?? "")) };
    case "button":
      return { payload_press: "PRESS" };
    case "number":
      return {
        ...range,
        ...(unit === undefined ? {} : { unit_of_measurement: unit }),
        ...told(valueOf(state ?? "")),
      };
    case "select":
      return { options, ...told(valueOf(state ?? "")) };
  }
}
