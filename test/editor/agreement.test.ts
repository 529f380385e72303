import assert from "node:assert/strict";
import { util } from "@node-red/util";
import { isEventKind } from "../../src/stack/event";
import { asWords } from "../../src/stack/values";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { readSettings } from "../../src/account/settings";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { readDownlinkSettings } from "../../nodes/tts-downlink/settings";
import { EVENT_DEFAULTS } from "../../nodes/tts-event/properties";
import { HOME_ASSISTANT_DEFAULTS } from "../../nodes/tts-home-assistant/properties";
import { readHomeAssistantSettings } from "../../nodes/tts-home-assistant/settings";
import { fieldPathOf } from "../../nodes/shared/fieldPath";
import { JOIN_DEFAULTS } from "../../nodes/tts-join/properties";
import { readDevices } from "../../nodes/shared/receiver";
import { explainTopic } from "../../nodes/shared/topic";
import { UPLINK_DEFAULTS } from "../../nodes/tts-uplink/properties";
import { readUplinkSettings } from "../../nodes/tts-uplink/settings";
import { WATCH_DEFAULTS } from "../../nodes/tts-watch/properties";
import { readWatchSettings } from "../../nodes/tts-watch/settings";
import { register, type NodeType } from "./sources";

type Values = Readonly<Record<string, unknown>>;

/** Values to be tried, by property. */
type Tried = Readonly<Record<string, readonly unknown[]>>;

const WHOLE_NUMBERS = ["", "0", "1", " 5 ", "-1", "1.5", "1e3", "0x10", "soon", 7, "1000000000000000000"];

/** Each limit, and one beyond. */
const around = (least: number, most: number): readonly string[] =>
  [least - 1, least, most, most + 1].map(String);

const HOSTS = [
  "",
  "  ",
  "a b",
  "broker.example.com",
  "mqtts://broker.example.com:8883",
  "[fe80::1]:1883",
  "a/b",
];

const IDENTIFIERS = [
  "",
  " app1 ",
  "app1@ttn",
  "app1@TTN",
  "app1@",
  "@ttn",
  "App1",
  "my_app",
  "ap",
  "a",
  "a--b",
];

const WORDS = ["", "nonsense", "STACK", "constructor"];

const PROXIES = [
  "",
  "none",
  " NONE ",
  "http://proxy:3128",
  "proxy",
  "https://proxy",
  "socks5h://proxy:1080",
  "socks4://proxy",
  "http://user:secret@proxy",
  "http://proxy/x",
  "two proxies",
];

const TOPICS = [...WORDS, "received", "device", "deviceField", "Device", 7, null];

/** Of other types than forms write. */
const OTHERS = [true, {}, ["a"], [1, {}]];

const FLAGS = [true, false, "true", " FALSE", "1", "yes", "", 0, 1, null, {}, [true]];

const COMMON: Tried = {
  useTls: FLAGS,
  backfill: FLAGS,
  host: [...HOSTS, ...OTHERS],
  port: [...WHOLE_NUMBERS, ...around(1, 65_535)],
  clientId: ["", "mine", "a b", ...OTHERS],
  keepalive: [...WHOLE_NUMBERS, ...around(5, 300)],
  downlinksPerMinute: [...WHOLE_NUMBERS, ...around(1, 60_000), ...OTHERS],
  holdMax: [...WHOLE_NUMBERS, ...around(0, 10_000), "20000"],
  holdFor: [...WHOLE_NUMBERS, ...around(1, 86_400), "90000"],
  applicationId: IDENTIFIERS,
  service: WORDS,
};

interface Case {
  readonly type: NodeType;
  readonly what: string;
  /** Valid as they are. */
  readonly usual: Values;
  readonly credentials?: Values;
  /** What is tried, of one property at a time. */
  readonly tried: Tried;
  readonly accepts: (properties: Values, credentials: Values) => boolean;
}

const connection = (what: string, usual: Values, credentials: Values, tried: Tried): Case => ({
  type: "tts-connection",
  what,
  usual: { ...CONNECTION_DEFAULTS, ...usual },
  credentials,
  tried: { ...COMMON, ...tried },
  accepts: (properties, secrets) =>
    readSettings({ ...CONNECTION_DEFAULTS, ...properties }, secrets, undefined).ok,
});

const CASES: readonly Case[] = [
  connection(
    "The Things Stack",
    { applicationId: "app1" },
    { apiKey: "key" },
    {
      tenantId: ["", "ttn", "TTN", "t", ...OTHERS],
      api: [
        "",
        "off",
        "OFF",
        " Off ",
        "https://a.example.com",
        "HTTP://a",
        "a.example.com",
        "https://",
        "mqtt://a",
        ...OTHERS,
      ],
      apiKey: ["", " ", "key"],
      proxy: [...PROXIES, "http://127.0.0.1"],
    },
  ),
  connection(
    "The Things Stack without encryption",
    { applicationId: "app1", useTls: false },
    { apiKey: "key" },
    { proxy: PROXIES },
  ),
  connection(
    "The Things Stack, with the application in the host",
    { host: "app1@ttn@a.example.com" },
    { apiKey: "key" },
    {
      applicationId: ["", "app2", "App2"],
    },
  ),
  connection(
    "The Things Stack, with the tenant behind the application",
    { applicationId: "app1@ttn" },
    { apiKey: "key" },
    {
      tenantId: ["", "TTN"],
    },
  ),
  connection(
    "Pub/Sub",
    { service: "pubsub", topics: { uplink_message: "up" } },
    { username: "" },
    {
      baseTopic: ["", "a/b", "a/+", "#", "a".repeat(100), "a".repeat(101), 7, ...OTHERS],
      topics: [
        {},
        [],
        "up",
        { uplink_message: "" },
        { uplink_message: 7 },
        { uplink_message: {} },
        { something_new: "up" },
        { uplink_message: "up", something_new: "#" },
        { uplink_message: "up/#" },
        { uplink_message: "u".repeat(101) },
        { uplink_message: "up", downlink_push: "up" },
        { downlink_replace: "down", downlink_push: "down" },
      ],
      sharedGroup: ["", "team", "a/b", "a#", "a+", ...OTHERS],
      qos: ["", "0", "1", "2", "3", 1, "one"],
      password: ["", "secret"],
      username: ["", "user"],
    },
  ),
  connection(
    "Pub/Sub with a user and a group",
    { service: "pubsub", topics: { uplink_message: "up", downlink_queued: "up" }, sharedGroup: "team" },
    { username: "user", password: "secret" },
    { username: ["", "user"], sharedGroup: ["", "team"] },
  ),
  connection("V2", { service: "v2", applicationId: "my_app" }, { apiKey: "key" }, { apiKey: ["", "key"] }),
  connection(
    "V2, with the application in the host",
    { service: "v2", host: "my_app@v2.example.com" },
    { apiKey: "key" },
    {
      applicationId: ["", "my_app"],
    },
  ),
  {
    type: "tts-uplink",
    what: "an uplink",
    usual: { ...UPLINK_DEFAULTS, output: "field", field: "temperature" },
    tried: {
      ports: [
        "",
        "1, 2, 10-20",
        "0",
        "255",
        "256",
        "-1",
        "20-10",
        "all",
        ",",
        "1;2",
        7,
        ...OTHERS,
        [1, "2-5"],
      ],
      output: [...WORDS, "decoded", "message", "flat", "location"],
      missing: [...WORDS, "bytes", "skip", "error"],
      topic: TOPICS,
      emptyFrames: FLAGS,
      shape: [...WORDS, "v3", "v2"],
      field: [
        "",
        " ",
        "gps.lat",
        " gps.lat ",
        "a[2]",
        'a["b c"]',
        "a b",
        "a.",
        ".a",
        "a[msg.b]",
        "a[msg.topic].b",
        "a[b]",
      ],
    },
    accepts: (properties) =>
      readUplinkSettings(properties, (expression) => util.normalisePropertyExpression(expression)).ok,
  },
  {
    type: "tts-join",
    what: "joins of devices",
    usual: { ...JOIN_DEFAULTS },
    tried: {
      devices: [
        "",
        "door-1, valve-*",
        "door-1 door-2",
        "door/1",
        "*",
        ",",
        "my_dev",
        "Dev-*",
        "d",
        ...OTHERS,
        ["door-1"],
      ],
      topic: TOPICS,
    },
    accepts: (properties) => {
      const { devices, topic } = { ...JOIN_DEFAULTS, ...properties };
      return readDevices(devices, "v3").ok && explainTopic(topic) === undefined;
    },
  },
  {
    type: "tts-event",
    what: "events",
    usual: { ...EVENT_DEFAULTS },
    tried: {
      events: [
        [],
        ["downlink_sent"],
        ["something"],
        ["something", "downlink_ack"],
        "downlink_sent,downlink_ack",
        "",
        7,
        {},
      ],
      topic: TOPICS,
    },
    accepts: (properties) => {
      const { events, topic } = { ...EVENT_DEFAULTS, ...properties };
      return asWords(events).some(isEventKind) && explainTopic(topic) === undefined;
    },
  },
  {
    type: "tts-watch",
    what: "a watch",
    usual: { ...WATCH_DEFAULTS },
    tried: {
      watch: [...WORDS, "devices", "gateways", 7, null],
      gateways: [
        [],
        ["roof"],
        ["Roof"],
        ["roof", ""],
        "roof, yard",
        "Roof",
        7,
        null,
        [{ id: "roof" }],
        true,
        {},
      ],
      silentAfter: [...WHOLE_NUMBERS, "0.001", "0.0009", "525600", "525601", ...OTHERS],
      atStart: FLAGS,
      batteryBelow: [...WHOLE_NUMBERS, ...around(0, 100)],
      lostAbove: [...WHOLE_NUMBERS, ...around(0, 100)],
      marginBelow: [...WHOLE_NUMBERS, ...around(-20, 40)],
      changes: [
        [],
        ["silent"],
        ["silnt"],
        ["silnt", "back"],
        "silent, back",
        "silnt",
        "",
        7,
        null,
        {},
        true,
        [7],
      ],
    },
    accepts: (properties) => readWatchSettings(properties).ok,
  },
  {
    type: "tts-watch",
    what: "a watch of gateways",
    usual: { ...WATCH_DEFAULTS, watch: "gateways" },
    tried: {
      devices: ["", "door 1 2"],
      gateways: [[], ["roof"], ["Roof"]],
      silentAfter: ["", "soon"],
      batteryBelow: ["", "soon"],
      lostAbove: ["", "soon"],
      marginBelow: ["", "soon"],
    },
    accepts: (properties) => readWatchSettings(properties).ok,
  },
  {
    type: "tts-home-assistant",
    what: "Home Assistant",
    usual: { ...HOME_ASSISTANT_DEFAULTS },
    tried: {
      prefix: ["homeassistant", " ha ", "", "a b", "a/", "tts", " tts ", 7, null],
      base: ["tts", "a/b", "", "#", "homeassistant", 7, null],
      automatic: FLAGS,
      diagnostics: FLAGS,
      expireAfter: [...WHOLE_NUMBERS, null, ...OTHERS],
      entities: [[], null, "text", [{ field: "temperature" }, "humidity"], [{ field: "" }], [{}]],
      commands: [
        [],
        null,
        "[]",
        {},
        [{ key: "valve", component: "switch", fPort: 5, payload: { open: "$value" } }],
        [{ key: "valve" }],
        ...[50, 51].map((length) =>
          Array.from({ length }, (_, index) => ({ key: `k${index}`, component: "button", fPort: 1 })),
        ),
        ...["", "false", "TRUE", "yes", 1, true].map((confirmed) => [
          { key: "valve", component: "switch", fPort: 5, confirmed },
        ]),
      ],
    },
    accepts: (properties) =>
      readHomeAssistantSettings(properties, (expression) =>
        fieldPathOf(expression, (path) => util.normalisePropertyExpression(path)),
      ).ok,
  },
  {
    type: "tts-downlink",
    what: "a downlink",
    usual: { ...DOWNLINK_DEFAULTS },
    tried: {
      timeout: [...WHOLE_NUMBERS, ...around(0, 86_400)],
      offline: [...WORDS, "hold", "error"],
      encoding: [...WORDS, "bytes", "downlinks"],
      report: [...WORDS, "published", "every"],
    },
    accepts: (properties) => readDownlinkSettings(properties).ok,
  },
];

/** Of a property that is not in a flow the default counts. */
const without = (properties: Values, name: string): Values =>
  Object.fromEntries(Object.entries(properties).filter(([each]) => each !== name));

describe("what the forms take for valid is what the nodes take at run time", () => {
  for (const { type, what, usual, credentials = {}, tried, accepts } of CASES) {
    const definition = register(type);
    const definitions: Values = { ...definition.defaults, ...definition.credentials };

    /** As the editor asks. All validators are asked: a value may make another property invalid, too. */
    const isValid = (properties: Values, secrets: Values): boolean =>
      Object.entries(definitions).every(([name, property]) => {
        const validate: unknown = Reflect.get(Object(property), "validate");
        if (typeof validate !== "function") return true;
        const all: Values = { ...properties, ...secrets };
        // A property that refers to others finds them in the node.
        const node = { ...all, id: "node", _def: definition, credentials: secrets };
        return Reflect.apply(validate, node, [all[name], {}]) === true;
      });

    for (const [name, values] of Object.entries(tried))
      it(`${what}: ${name}`, () => {
        for (const value of values) {
          const isCredential = name in (definition.credentials ?? {});
          const properties = isCredential ? usual : { ...usual, [name]: value };
          const secrets = isCredential ? { ...credentials, [name]: value } : credentials;
          const shown = JSON.stringify(value);
          assert.equal(isValid(properties, secrets), accepts(properties, secrets), `${name} ${shown}`);
        }
      });

    it(`${what}: a property that is missing`, () => {
      for (const name of Object.keys(usual)) {
        const properties = without(usual, name);
        assert.equal(isValid(properties, credentials), accepts(properties, credentials), name);
      }
    });
  }
});
