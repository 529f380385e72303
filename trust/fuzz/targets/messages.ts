/** From bytes to what flows get, with two nodes that want the same. */
import { Router } from "../../../src/connection/router";
import type { Delivery, Recipient } from "../../../src/connection/routes";
import { Ledger } from "../../../src/devices/ledger";
import { answersIn } from "../../../src/delivery/answers";
import { explainInvalidMessage } from "../../../src/diagnosis/messages";
import { networkReason } from "../../../src/diagnosis/networkReasons";
import { hintFor } from "../../../src/diagnosis/reported";
import { pubsubService } from "../../../src/services/pubsub";
import type { Service } from "../../../src/services/service";
import { stackService } from "../../../src/services/stack";
import { v2Service } from "../../../src/services/v2/service";
import { errorOf, eventMessage } from "../../../src/stack/event";
import { fieldMeant, fieldsOf } from "../../../src/stack/fields";
import { joinMessage } from "../../../src/stack/join";
import { isNetworkKind, type Kind } from "../../../src/stack/kinds";
import { readPubsubTopics } from "../../../src/stack/pubsubTopics";
import { commonFields } from "../../../src/stack/summary";
import { textIn } from "../../../nodes/shared/catalogue";
import { lastMessage } from "../../../nodes/tts-uplink/admin/preview";
import { UPLINK_CHOICES, UPLINK_DEFAULTS } from "../../../nodes/tts-uplink/properties";
import { readUplinkSettings, type UplinkSettings } from "../../../nodes/tts-uplink/settings";
import { viewOf } from "../../../nodes/tts-uplink/view";
import { FIRST_UPLINK, LAST_UPLINK } from "../../../test/services/v2/messages";
import type { Random } from "../../random";
import { MESSAGES, type Captured } from "../corpus";
import { mutateBytes, mutateText, mutateValue } from "../mutate";
import { isAlone, type Target } from "../target";
import { pathOf } from "./path";

const FIELDS = ["temperature", "gps.lat", "a[0].b", "__proto__", "constructor.name", "a['x y']", "length"];

function uplinkSettings(random: Random): UplinkSettings {
  const read = readUplinkSettings(
    {
      ...UPLINK_DEFAULTS,
      output: random.of(UPLINK_CHOICES.output),
      missing: random.of(UPLINK_CHOICES.missing),
      shape: random.of(UPLINK_CHOICES.shape),
      topic: random.of(UPLINK_CHOICES.topic),
      field: random.of(FIELDS),
      emptyFrames: random.chance(0.5),
    },
    pathOf,
  );
  if (!read.ok) throw new Error(`the fuzzer's own settings: ${read.explanation.key}`);
  return read.settings;
}

/** What each of the nodes makes of a message. */
function messagesOf(delivery: Delivery, settings: UplinkSettings): readonly unknown[] {
  const { received, topic, origin, arrivedAt } = delivery;
  if (received.kind === "uplink_message") {
    const body = received.message.uplink_message;
    fieldMeant(settings.field, body.decoded_payload);
    fieldsOf(body.decoded_payload);
    const outcome = viewOf(delivery, settings);
    if (outcome && "fail" in outcome) textIn("en-US", outcome.fail);
    return outcome === undefined || "skip" in outcome
      ? []
      : ["send" in outcome ? outcome.send : outcome.message];
  }
  const common = commonFields(received, topic, origin, arrivedAt);
  if (received.kind === "join_accept") return [joinMessage(common, received.message)];
  const error = errorOf(received);
  if (error !== undefined) {
    const hint = hintFor(error, undefined, origin.deviceId);
    if (hint) textIn("de", hint);
    if (isNetworkKind(received.kind)) networkReason(received.kind, error, origin.deviceId);
  }
  answersIn(received);
  return [eventMessage(common, received)];
}

class Wanting implements Recipient {
  readonly everyDevice = true;
  readonly kinds: ReadonlySet<Kind>;
  settings: UplinkSettings | undefined;

  constructor(kinds: ReadonlySet<Kind>) {
    this.kinds = kinds;
  }

  wantsDevice = (): boolean => true;

  deliver(delivery: Delivery): void {
    if (!this.settings) return;
    for (const message of messagesOf(delivery, this.settings)) isAlone(message, delivery.received.kind);
  }
}

/** A message as bytes, mostly on its own topic. */
function onWire({ topic, payload }: Captured, random: Random): { topic: string; bytes: Buffer } {
  const value = random.chance(0.02) ? payload : mutateValue(structuredClone(payload), random);
  const json = JSON.stringify(value) as string | undefined;
  return {
    topic: random.chance(0.05) ? mutateText(topic, random) : topic,
    bytes: mutateBytes(Buffer.from(json ?? ""), random),
  };
}

function throughRouter(service: Service, area: string, share: number, messages: readonly Captured[]): Target {
  const ledger = new Ledger(service);
  ledger.watch({ onUplink: () => undefined, onJoin: () => undefined, onGateway: () => undefined });
  const router = new Router(
    service,
    ({ problem, topic, bytes }) =>
      void textIn("en-US", explainInvalidMessage(problem, topic, bytes, service.name)),
    ledger,
  );
  const nodes = [new Wanting(service.kinds), new Wanting(service.kinds)];
  for (const node of nodes) router.add(node);
  return {
    area,
    share,
    prepare: (random) => {
      const { topic, bytes } = onWire(random.of(messages), random);
      const settings = [uplinkSettings(random), uplinkSettings(random)];
      const looks = random.chance(0.02);
      return () => {
        for (const [index, node] of nodes.entries()) node.settings = settings[index];
        router.take(topic, bytes, 1_795_208_469_648);
        if (looks && settings[0])
          lastMessage({ state: { state: "connected" }, ledger } as never, settings[0]);
      };
    },
  };
}

const topics = readPubsubTopics(
  "base",
  {
    uplink_message: "up",
    join_accept: "all",
    downlink_queued: "all",
    downlink_failed: "all",
    uplink_normalized: "n",
  },
  "",
);
if (!topics.ok) throw new Error("the fuzzer's own topics");

const V2_MESSAGES: readonly Captured[] = [
  { topic: "my_app/devices/door_1/up", payload: LAST_UPLINK },
  { topic: "my_app/devices/door_1/up", payload: FIRST_UPLINK },
  ...[
    "activations",
    "down/scheduled",
    "down/sent",
    "down/acks",
    "up/errors",
    "down/errors",
    "activations/errors",
  ].map((end) => ({
    topic: `my_app/devices/door_1/events/${end}`,
    payload: {
      ...{ app_eui: "0102030405060708", dev_eui: "0102030405060708", dev_addr: "01020304", error: "no" },
      ...{
        payload: "AQ==",
        message: { port: 1, payload_raw: "AQ==" },
        gateway_id: "gw",
        config: { counter: 1, frequency: 868100000 },
      },
      metadata: LAST_UPLINK.metadata,
    },
  })),
];

const ofStack = MESSAGES.filter(({ topic }) => topic.startsWith("v3/"));

export const messageTargets: readonly Target[] = [
  throughRouter(
    stackService({ applicationId: "app1", apiKey: "none" }),
    "messages of the stack, to two nodes each",
    30,
    ofStack,
  ),
  throughRouter(
    pubsubService({ applicationId: "app1", topics: topics.topics, qos: 0 }),
    "messages by Pub/Sub, to two nodes each",
    10,
    ofStack.flatMap(({ payload }) => [
      { topic: "base/up", payload },
      { topic: "base/all", payload },
    ]),
  ),
  throughRouter(
    v2Service({ applicationId: "my_app", accessKey: "none" }),
    "messages of V2, to two nodes each",
    8,
    V2_MESSAGES,
  ),
];
