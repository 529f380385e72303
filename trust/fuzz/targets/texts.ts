/** What people type and paste, and what stands in flows. */
import { readSettings } from "../../../src/account/settings";
import { takeApart } from "../../../src/stack/address";
import { apiHost, apiUrl } from "../../../src/stack/apiAddress";
import { clusterOfHost, nearestHost } from "../../../src/stack/clusters";
import { CONNECTION_DEFAULTS } from "../../../src/stack/connectionProperties";
import { asWords } from "../../../src/stack/values";
import { parseDevicePattern, parsePorts } from "../../../src/stack/filters";
import { apiKeyForm, splitApplication } from "../../../src/stack/identifiers";
import { nearestIdentifier } from "../../../src/stack/nearestIdentifier";
import { mendKey, readPasted } from "../../../src/stack/pasted";
import { readPubsubTopics } from "../../../src/stack/pubsubTopics";
import { parseTopic } from "../../../src/stack/topics";
import * as rules from "../../../nodes/shared/editor/rules";
import { UPLINK_DEFAULTS } from "../../../nodes/tts-uplink/properties";
import { readUplinkSettings } from "../../../nodes/tts-uplink/settings";
import { readQuestion } from "../../../nodes/tts-watch/question";
import { WATCH_DEFAULTS } from "../../../nodes/tts-watch/properties";
import { readWatchSettings } from "../../../nodes/tts-watch/settings";
import { convertFlow, hasOldNodes } from "../../../plugins/tts-migration/conversion/convert";
import { CAMEL, DASHBOARD, FIRST, PRIVATE, SWITCHES } from "../../../test/plugins/tts-migration/flows";
import type { Random } from "../../random";
import { anyText, mutateText, mutateValue } from "../mutate";
import { asObject, frozen, Violation, type Target } from "../target";
import { hostileJson } from "../values";
import { pasteInto } from "./pasting";
import { pathOf } from "./path";

const CONSOLE_BLOCK = `Public address eu1.cloud.thethings.network:1883
Public TLS address eu1.cloud.thethings.network:8883
Username app1@ttn
Password NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;

const textFor = (random: Random, usual: readonly string[]): string =>
  random.chance(0.5) ? anyText(random) : mutateText(random.of(usual), random);

const CONNECTION = {
  ...CONNECTION_DEFAULTS,
  applicationId: "app1@ttn",
  baseTopic: "base",
  topics: { uplink_message: "up" },
};

type AnyRule = (value: never, others?: (property: string) => string) => unknown;

/** All that take one text and say whether it is right. */
const RULES = Object.entries(rules as unknown as Record<string, AnyRule>).filter(
  ([name]) => !["oneOf", "devicesOf", "topics", "events"].includes(name),
);

export const textTargets: readonly Target[] = [
  {
    area: "device and FPort filters",
    share: 6,
    prepare: (random) => {
      const devices = textFor(random, ["door-1, valve-*", "*", "a*b*c*d", "Door_1", "dev-1 dev-2"]);
      const ports = textFor(random, ["1, 2, 10-20", "1-223", "224", "5–3", ""]);
      const id = random.chance(0.5) ? "door-1" : anyText(random);
      const form = random.of(["v3", "v2", undefined] as const);
      return () => {
        const pattern = parseDevicePattern(devices, form);
        if (pattern.ok) pattern.matches(id);
        const filter = parsePorts(ports);
        if (filter.ok) for (const port of [undefined, 0, 1, 255, NaN]) filter.matches(port);
      };
    },
  },
  {
    area: "pasted addresses, keys, topics and IDs",
    share: 6,
    prepare: (random) => {
      const text = textFor(random, [
        CONSOLE_BLOCK,
        "mqtts://app1%40ttn:secret@eu1.cloud.thethings.network:8883",
        "https://eu1.cloud.thethings.network/console/applications/app1",
        "v3/app1@ttn/devices/door-1/up",
      ]);
      return () => {
        const { host = "" } = readPasted(text);
        mendKey(text);
        apiKeyForm(text);
        takeApart(text);
        apiUrl(text, host);
        apiHost(text, host);
        clusterOfHost(text);
        nearestHost(text);
        splitApplication(text);
        nearestIdentifier(text);
        parseTopic(text);
        asWords([text]);
      };
    },
  },
  {
    area: "pastes into the form of a connection",
    share: 2,
    prepare: (random) => {
      const text = textFor(random, [CONSOLE_BLOCK, "app1@ttn", "broker.example.com:1884"]);
      const [field, service] = [
        random.of(["host", "applicationId", "tenantId", "apiKey"]),
        random.of(["stack", "pubsub", "v2", "demo"]),
      ];
      const typed = random.chance(0.5);
      return () => pasteInto(field, text, service, typed);
    },
  },
  {
    area: "rules of forms",
    share: 4,
    prepare: (random) => {
      const [name, rule] = random.of(RULES);
      const value = textFor(random, [
        "eu1.cloud.thethings.network",
        "app1@ttn",
        "30",
        "https://tts.example.com/api/v3",
      ]);
      const other = anyText(random);
      const topics = frozen(mutateValue({ uplink_message: "up", join_accept: "join" }, random));
      return () => {
        rule(value as never, () => other);
        if (name === "host") {
          rules.topics(topics, other);
          rules.events(topics);
          rules.devicesOf("v3")(value, () => other);
        }
      };
    },
  },
  {
    area: "properties of connections",
    share: 3,
    prepare: (random) => {
      const service = random.of(["stack", "pubsub", "v2"] as const);
      const properties = frozen(
        mutateValue({ ...CONNECTION, service, topics: { ...CONNECTION.topics } }, random),
      );
      const credentials = frozen(
        mutateValue({ apiKey: CONSOLE_BLOCK, username: "u", password: "p" }, random),
      );
      return () => {
        readSettings({ ...CONNECTION_DEFAULTS, ...asObject(properties) }, asObject(credentials), undefined);
        readPubsubTopics(properties, credentials, "g");
      };
    },
  },
  {
    area: "properties of receiving and watching nodes",
    share: 3,
    prepare: (random) => {
      const uplink = frozen(mutateValue({ ...UPLINK_DEFAULTS, output: "field", field: "a.b" }, random));
      const watch = frozen(mutateValue({ ...WATCH_DEFAULTS }, random));
      const question = mutateValue({ deviceId: "a", gatewayId: "b" }, random);
      return () => {
        readUplinkSettings(asObject(uplink), pathOf);
        readWatchSettings(asObject(watch));
        readQuestion(asObject(question), "devices");
      };
    },
  },
  {
    area: "conversion of old flows",
    share: 4,
    prepare: (random) => {
      const flow = mutateValue(
        structuredClone(random.of([DASHBOARD, SWITCHES, CAMEL, FIRST, PRIVATE])),
        random,
        hostileJson,
      );
      const given = frozen(Array.isArray(flow) ? (flow as unknown[]) : [flow]);
      return () => {
        let made = 0;
        const { flow: converted } = convertFlow(given, () => `new${made++}`);
        if (hasOldNodes(converted)) throw new Violation("an old node is left");
        JSON.stringify(converted);
      };
    },
  },
];
