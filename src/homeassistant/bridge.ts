/** Between uplinks and Home Assistant: which messages go to its broker, and which downlinks come of its commands. */
import type { Explanation, Text } from "../stack/explanation";
import { shownText } from "../stack/shown";
import type { CommandPayload } from "./commands";
import { newDevice, takeUplink, type DeviceRecord } from "./device";
import { configTopic, discoveryOf, stateTopic } from "./discovery";
import { digestOf } from "./digest";
import { entityOf } from "./entities";
import { leftOutOf } from "./entityRules";
import { readMessage, type Incoming } from "./message";
import { MOST_ENTITIES } from "./options";
import type { Settings } from "./settings";

/** For a core `mqtt out`, which makes JSON of an object. An empty text takes away what the broker keeps. */
export interface Publication {
  readonly topic: string;
  readonly payload: object | "";
  readonly retain: true;
  readonly qos: 1;
}

/** For a `tts-downlink`. */
export interface CommandedDownlink {
  readonly deviceId: string;
  readonly applicationId: string;
  readonly command: string;
  readonly value: string | number | boolean;
  readonly fPort: number;
  readonly payload: CommandPayload;
  readonly confirmed: boolean;
  readonly priority: string;
}

export interface Reaction {
  readonly publish?: readonly Publication[];
  readonly downlink?: CommandedDownlink;
  /** All devices are to be announced, at a pace. */
  readonly everything?: true;
  readonly refusal?: Explanation;
  /** Each said once. */
  readonly warnings?: readonly Text[];
  /** Whom it was about. */
  readonly deviceId?: string;
}

export const MOST_DEVICES = 1_000;

const keyOfDevice = (applicationId: string, deviceId: string): string => `${applicationId}\n${deviceId}`;

const refuse = (key: string, values: Explanation["values"]): Reaction => ({
  refusal: { code: "invalid_downlink", key, values },
});

export class Bridge {
  readonly #settings: Settings;
  readonly #devices = new Map<string, DeviceRecord>();
  #isFull = false;
  #hasSaidFields = false;
  /** Field and property of what decoders say in vain. */
  readonly #saidInVain = new Set<string>();

  constructor(settings: Settings, known: readonly DeviceRecord[] = []) {
    this.#settings = settings;
    for (const device of known.slice(0, MOST_DEVICES))
      this.#devices.set(keyOfDevice(device.applicationId, device.id), device);
  }

  get devices(): readonly DeviceRecord[] {
    return [...this.#devices.values()];
  }

  get size(): number {
    return this.#devices.size;
  }

  /** @param now ms since 1970 */
  take(message: Readonly<Record<string, unknown>>, now: number): Reaction {
    const incoming = readMessage(message, this.#settings);
    switch (incoming.what) {
      case "uplink":
        return this.#uplink(incoming, now);
      case "command":
        return this.#command(incoming);
      case "birth":
        return { everything: true };
      case "remove":
        return this.#remove(incoming);
      case "nothing":
        return {};
      case "unknown":
        return { refusal: { code: "invalid_message", key: "error.home-assistant.input", values: {} } };
    }
  }

  /** Configuration and state of a device, whatever was sent before. Nothing of one that was removed meanwhile. */
  announce(device: DeviceRecord): readonly Publication[] {
    if (this.#devices.get(keyOfDevice(device.applicationId, device.id)) !== device) return [];
    device.sent = "";
    return this.#tell(device);
  }

  #uplink(uplink: Extract<Incoming, { what: "uplink" }>, now: number): Reaction {
    const { deviceId, applicationId, payload, facts, at = now } = uplink;
    const key = keyOfDevice(applicationId, deviceId);
    let device = this.#devices.get(key);
    if (device === undefined) {
      if (this.#devices.size >= MOST_DEVICES) return this.#full();
      device = newDevice(deviceId, applicationId);
      this.#devices.set(key, device);
    }
    // A time to come would keep out all that come until then.
    const hasRoom = takeUplink(device, payload, facts, Math.min(at, now), now);
    const before = device.sent;
    const publish = this.#tell(device);
    const warnings = device.sent === before ? [] : this.#inVain(device);
    if (!hasRoom && !this.#hasSaidFields) {
      this.#hasSaidFields = true;
      const values = { most: MOST_ENTITIES, device: shownText(deviceId) };
      warnings.push({ key: "warning.home-assistant-fields", values });
    }
    return { publish, warnings, deviceId };
  }

  /** What the decoder says of the fields of a device and Home Assistant does not take: once for each field of whatever device. */
  #inVain(device: DeviceRecord): Text[] {
    const warnings: Text[] = [];
    for (const field of device.fields.values()) {
      if (field.attributes === undefined || this.#saidInVain.size >= MOST_ENTITIES) continue;
      const choice = this.#settings.entities.get(field.key);
      const entity = entityOf(field, choice, this.#settings.automatic);
      const leftOut = entity && this.#settings.automatic ? leftOutOf(field, entity, choice) : undefined;
      if (leftOut === undefined) continue;
      const { property, value } = leftOut;
      const known = `${property} ${field.key}`;
      if (this.#saidInVain.has(known)) continue;
      this.#saidInVain.add(known);
      const values = { property, value: shownText(value), field: shownText(field.key) };
      warnings.push({ key: "warning.home-assistant-decoder", values });
    }
    return warnings;
  }

  #full(): Reaction {
    if (this.#isFull) return {};
    this.#isFull = true;
    return { warnings: [{ key: "warning.home-assistant-devices", values: { most: MOST_DEVICES } }] };
  }

  /** The configuration where it is another one than before, and the state. */
  #tell(device: DeviceRecord): readonly Publication[] {
    const discovery = discoveryOf(this.#settings, device);
    if (discovery === undefined) return [];
    const publications: Publication[] = [];
    const digest = digestOf(JSON.stringify([configTopic(this.#settings, device), discovery]));
    if (digest !== device.sent) {
      publications.push(publication(configTopic(this.#settings, device), discovery));
      device.sent = digest;
      device.components = new Map(
        Object.entries(discovery.components).map(([id, component]) => [id, String(component.platform)]),
      );
    }
    publications.push(publication(stateTopic(this.#settings, device), Object.fromEntries(device.values)));
    return publications;
  }

  #remove({ deviceId, applicationId }: Extract<Incoming, { what: "remove" }>): Reaction {
    const known = this.devices.filter(
      (device) =>
        device.id === deviceId && (applicationId === undefined || device.applicationId === applicationId),
    );
    const applications =
      applicationId !== undefined
        ? [applicationId]
        : known.length > 0
          ? known.map((device) => device.applicationId)
          : // Not known since the last start: the broker may know it nevertheless.
            [...new Set(this.devices.map((device) => device.applicationId))];
    for (const device of known) this.#devices.delete(keyOfDevice(device.applicationId, device.id));
    if (known.length > 0) this.#isFull = false;
    if (applications.length === 0) {
      const values = { device: shownText(deviceId) };
      return { refusal: { code: "invalid_message", key: "error.home-assistant.remove", values } };
    }
    const publish = applications.flatMap((application) => {
      const names = { id: deviceId, applicationId: application };
      return [configTopic(this.#settings, names), stateTopic(this.#settings, names)].map((topic) =>
        publication(topic, ""),
      );
    });
    return { publish, deviceId };
  }

  #command({ deviceId, applicationId, key, text, isOld }: Extract<Incoming, { what: "command" }>): Reaction {
    const named = { command: shownText(key), device: shownText(deviceId) };
    const command = this.#settings.commands.find((each) => each.key === key);
    if (command?.isFor(deviceId) !== true) return refuse("error.command.unknown", named);
    if (isOld) return refuse("error.command.retained", named);
    const sent = command.send(text);
    if (!sent.ok) {
      const values = { ...named, value: shownText(text), rule: sent.rule };
      return refuse("error.command.value", values);
    }
    const { fPort, confirmed, priority } = command;
    const { value, payload } = sent;
    const downlink = { deviceId, applicationId, command: key, value, fPort, payload, confirmed, priority };
    return { downlink, deviceId };
  }
}

const publication = (topic: string, payload: object | ""): Publication => ({
  topic,
  payload,
  retain: true,
  qos: 1,
});
