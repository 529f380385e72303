/** Home Assistant, the event stream, the Storage integration, answers of the HTTP API, and what is kept over restarts. */
import {
  authInfoOf,
  deviceFormatterOf,
  deviceRefusal,
  downlinksOf,
  encodedIn,
  formatterIn,
  read,
  rightsOf,
  withoutSecrets,
} from "../../../src/diagnosis/apiAnswers";
import { EventLines } from "../../../src/diagnosis/eventLines";
import { readEvent } from "../../../src/diagnosis/eventStream";
import { gatewayStatisticsOf } from "../../../src/diagnosis/gatewayStatistics";
import { networkEvent } from "../../../src/diagnosis/networkEvents";
import { readLine } from "../../../src/diagnosis/storage";
import { readSnapshot } from "../../../src/devices/snapshot";
import { Bridge } from "../../../src/homeassistant/bridge";
import { devicesIn, keptOf } from "../../../src/homeassistant/kept";
import { fieldPathOf } from "../../../nodes/shared/fieldPath";
import { readHomeAssistantSettings } from "../../../nodes/tts-home-assistant/settings";
import type { Random } from "../../random";
import { EVENTS, UPLINKS } from "../corpus";
import { mutateBytes, mutateText, mutateValue } from "../mutate";
import { asObject, frozen, isAlone, type Target } from "../target";
import { hostileInput } from "../values";
import { pathOf } from "./path";

const COMMANDS = [
  {
    key: "lock",
    component: "switch",
    devices: "*",
    encoding: "bytes",
    on: "01",
    off: "00",
    fPort: "1",
    priority: "NORMAL",
  },
  {
    key: "level",
    component: "number",
    devices: "door-*",
    field: "level",
    encoding: "fields",
    min: "0",
    max: "9",
    fPort: "2",
  },
];
const HOME_ASSISTANT = {
  ...{ prefix: "homeassistant", base: "tts", automatic: true, diagnostics: true },
  entities: [{ field: "temperature", component: "sensor", unit: "°C" }],
  commands: COMMANDS,
};

const safePathOf = (field: string): readonly (string | number)[] | undefined => fieldPathOf(field, pathOf);

function newBridge(): Bridge {
  const read_ = readHomeAssistantSettings({ ...HOME_ASSISTANT } as never, safePathOf);
  if (!read_.ok) throw new Error(`the fuzzer's own settings: ${read_.explanation.key}`);
  const names = { rssi: "a", snr: "b", battery_level: "c", gateways: "d", last_seen: "e" };
  return new Bridge({ ...read_.settings, names }, []);
}

let bridge = newBridge();

function homeAssistantMessage(random: Random): unknown {
  const { payload: tts } = random.of(UPLINKS);
  const of = random.below(4);
  if (of === 0) return { topic: "tts/app1/door-1/set/lock", payload: "ON", retain: false };
  if (of === 1)
    return {
      remove: random.of(["door-1", "", 0, {}]),
      device: { applicationId: "app1" },
      topic: "homeassistant/status",
      payload: "online",
    };
  return {
    deviceId: `door-${random.below(30)}`,
    payload: { temperature: 21, gps: { lat: 1, lon: 2 }, list: [1, "a"], ok: true },
    device: { applicationId: "app1", eui: "70B3D57ED0000001", model: "m", brand: "b" },
    radio: { rssi: -71, snr: 9, gateways: 2 },
    time: 1_795_208_469_648,
    ...(of === 2 && { tts: structuredClone(tts) }),
  };
}

const KEPT = [
  {
    ...{ id: "door-1", applicationId: "app1", seen: 1, expiry: 60, sent: "x", intervals: [1, 2], eui: "70" },
    fields: [
      {
        key: "temperature",
        path: ["temperature"],
        kind: "number",
        isNormalized: false,
        attributes: { unit: "°C" },
      },
    ],
    values: [["temperature", 21]],
    components: [["temperature", "sensor"]],
  },
];
const SNAPSHOT = {
  form: 1,
  devices: [
    {
      ...{ id: "door-1", state: "online", since: 1, isLossy: false, isLow: true, isWeak: false },
      history: {
        ...{ lastSeen: 1, receivedAt: 2, battery: 50 },
        session: { keyId: "k", fCnt: 1, received: 1, lost: 0, arrived: 1, expected: 1 },
        intervals: { last: [1], pauses: [2], pausedAt: 3 },
        signal: { rssi: -1, snr: 1, spreadingFactor: 7, bandwidth: 125_000, gatewayId: "g", gateways: 1 },
      },
    },
  ],
  gateways: [
    {
      id: "g",
      state: "online",
      since: 1,
      history: { lastUplink: 1, uplinks: 1, intervals: { last: [], pauses: [], pausedAt: 0 } },
    },
  ],
};

const ERROR = {
  ...{ code: 7, message: "error:pkg/auth/rights:insufficient_application_rights (insufficient rights)" },
  details: [
    {
      "@type": "type.googleapis.com/ttn.lorawan.v3.ErrorDetails",
      ...{ namespace: "pkg/auth/rights", name: "insufficient_application_rights" },
      ...{
        message_format: "insufficient rights for application `{uid}`",
        attributes: { uid: "app1", missing: "RIGHT_X" },
        code: 7,
      },
    },
  ],
};
const ANSWERS: readonly { readonly status: number; readonly json: unknown }[] = [
  { status: 403, json: ERROR },
  { status: 404, json: { ...ERROR, code: 5 } },
  {
    status: 200,
    json: {
      rights: ["RIGHT_APPLICATION_INFO"],
      downlinks: [{ f_port: 1, frm_payload: "AQ==", correlation_ids: ["a"] }],
    },
  },
  {
    status: 200,
    json: {
      api_key: {
        api_key: {
          id: "ABCD",
          name: "key",
          rights: ["RIGHT_APPLICATION_INFO"],
          expires_at: "2026-11-30T12:00:00Z",
        },
        entity_ids: { application_ids: { application_id: "app1" } },
      },
      downlink: { f_port: 1, frm_payload: "AQ==", decoded_payload_warnings: ["w"] },
      ids: { device_id: "door-1" },
      formatters: { down_formatter: "FORMATTER_JAVASCRIPT", down_formatter_parameter: "x" },
      last_uplink_received_at: "2026-11-30T12:00:00Z",
      uplink_count: "7",
      connected_at: "2026-11-30T12:00:00Z",
    },
  },
];
const KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;

const line = (value: unknown, random: Random): Buffer =>
  mutateBytes(Buffer.from(`${random.chance(0.3) ? "data: " : ""}${JSON.stringify(value)}\n`), random);

export const otherTargets: readonly Target[] = [
  {
    area: "messages to Home Assistant, commands from it",
    share: 6,
    prepare: (random) => {
      const message = frozen(mutateValue(homeAssistantMessage(random), random, hostileInput));
      return () => {
        // A thousand devices are the most that one takes.
        if (bridge.size > 900) bridge = newBridge();
        const { publish = [], downlink } = bridge.take({ ...asObject(message) }, 1_795_208_469_648);
        for (const { topic, payload } of publish) {
          isAlone(payload, "a publication");
          JSON.stringify([topic, payload]);
        }
        if (downlink) isAlone(downlink, "a command");
      };
    },
  },
  {
    area: "properties and memory of Home Assistant",
    share: 3,
    prepare: (random) => {
      const properties = frozen(mutateValue(structuredClone(HOME_ASSISTANT), random));
      const kept = frozen(mutateValue(structuredClone(KEPT), random));
      return () => {
        readHomeAssistantSettings(asObject(properties), safePathOf);
        JSON.stringify(devicesIn(kept).map(keptOf));
      };
    },
  },
  {
    area: "lines of the event stream",
    share: 6,
    prepare: (random) => {
      const bytes = line(mutateValue(structuredClone(random.of(EVENTS)), random), random);
      const cut = random.below(bytes.length + 1);
      return () => {
        const lines = new EventLines(64 * 1024);
        for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut), Buffer.from("\n")])
          for (const each of lines.take(chunk)) {
            const event = readEvent(each);
            const found = event && networkEvent(event, "app1");
            if (found) isAlone(found.received.message, "an event");
          }
      };
    },
  },
  {
    area: "lines of the Storage integration",
    share: 5,
    prepare: (random) => {
      const { payload } = random.of(UPLINKS);
      const bytes = line(mutateValue({ result: structuredClone(payload) }, random), random);
      return () => {
        const read_ = readLine(bytes, "app1");
        if (read_.line === "uplink") {
          isAlone(read_.stored.read(), "a stored uplink");
          isAlone(read_.stored.read(), "a stored uplink, again");
        }
      };
    },
  },
  {
    area: "answers of the HTTP API",
    share: 5,
    prepare: (random) => {
      const { status, json } = random.of(ANSWERS);
      const reply = frozen({ status, json: mutateValue(structuredClone(json), random) });
      return () => {
        const safe = withoutSecrets(reply, KEY);
        read(safe, authInfoOf);
        read(safe, (given) => ({ rights: rightsOf(given) }));
        deviceRefusal(read(safe, (given) => ({ downlinks: downlinksOf(given) })));
        read(safe, deviceFormatterOf);
        read(safe, (given) => formatterIn(given.formatters));
        read(safe, encodedIn);
        read(safe, gatewayStatisticsOf);
      };
    },
  },
  {
    area: "memory of a watch",
    share: 2,
    prepare: (random) => {
      const value = frozen(mutateValue(structuredClone(SNAPSHOT), random));
      const text = mutateText(JSON.stringify(SNAPSHOT), random);
      return () => {
        readSnapshot(value);
        readSnapshot(text);
      };
    },
  },
];
