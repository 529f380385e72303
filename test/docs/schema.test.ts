import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { joinMessage } from "../../src/stack/join";
import { commonFields, type Origin } from "../../src/stack/summary";
import { eventMessage } from "../../src/stack/event";
import type { StackKind } from "../../src/stack/kinds";
import type { Received } from "../../src/stack/messages";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { UPLINK_CHOICES, UPLINK_DEFAULTS } from "../../nodes/tts-uplink/properties";
import { readUplinkSettings } from "../../nodes/tts-uplink/settings";
import { viewOf } from "../../nodes/tts-uplink/view";
import { ENGLISH, helpOf } from "../editor/languages";
import { NODE_TYPES, register } from "../editor/sources";
import { FIRST_UPLINK, LAST_UPLINK, received as receivedOfV2 } from "../services/v2/messages";
import { capturesOf, documented, exchanged, received } from "../stack/fixtures";
import { assertValid, fieldsOf, FOLDER, schemaOf } from "./schemas";

const ORIGIN: Origin = { deviceId: "dev1", applicationId: "app1", tenantId: "ttn" };
const TOPIC = "v3/app1@ttn/devices/dev1/up";

const EVENTS: readonly StackKind[] = [
  ...(["downlink_queued", "downlink_sent", "downlink_ack", "downlink_nack", "downlink_failed"] as const),
  ...(["downlink_queue_invalidated", "location_solved", "service_data", "uplink_normalized"] as const),
];

const kindIn = (payload: object): StackKind | undefined =>
  [...EVENTS, "uplink_message" as const, "join_accept" as const].find((kind) => kind in payload);

/** Captured messages, what belonged to downlinks, and what newer servers send. */
function all(): Received[] {
  const single = [...EVENTS, "uplink_message" as const, "join_accept" as const].flatMap(capturesOf);
  return [...single, ...exchanged(), ...documented()].flatMap(({ payload }) => {
    const kind = kindIn(payload);
    return kind === undefined ? [] : [received(payload, kind)];
  });
}

const common = (message: Received) => commonFields(message, TOPIC, ORIGIN, Date.now());

describe("the JSON Schema", () => {
  it("is the one that the types make (npm run schema)", function () {
    this.timeout(60_000);
    const script = `import("./scripts/schema.mjs").then(async (m) => process.stdout.write(JSON.stringify(await m.schemaFiles())))`;
    const made = JSON.parse(
      execFileSync(process.execPath, ["-e", script], { cwd: path.resolve(__dirname, "../..") }).toString(),
    ) as Record<string, string>;
    assert.deepEqual(Object.keys(made).sort(), readdirSync(FOLDER).sort());
    for (const [file, text] of Object.entries(made))
      assert.equal(readFileSync(path.join(FOLDER, file), "utf8"), text, file);
  });

  it("has every uplink, whatever the node makes of it", () => {
    const uplinks = [
      ...all(),
      receivedOfV2("uplink_message", "up", FIRST_UPLINK),
      receivedOfV2("uplink_message", "up", LAST_UPLINK),
    ].filter(({ kind }) => kind === "uplink_message");
    assert.ok(uplinks.length > 20);
    for (const output of UPLINK_CHOICES.output)
      for (const shape of UPLINK_CHOICES.shape)
        for (const message of uplinks) {
          const properties = { ...UPLINK_DEFAULTS, output, shape, field: "temperature", emptyFrames: true };
          const read = readUplinkSettings(properties, () => ["temperature"]);
          assert.ok(read.ok);
          const delivery = { topic: TOPIC, origin: ORIGIN, arrivedAt: Date.now(), retained: false };
          const outcome = viewOf({ ...delivery, received: structuredClone(message) }, read.settings);
          if (outcome && "send" in outcome) assertValid("tts-uplink", "message", outcome.send);
        }
  });

  it("has every join and every event", () => {
    let count = 0;
    for (const message of all()) {
      if (message.kind === "join_accept")
        assertValid("tts-join", "message", joinMessage(common(message), message.message));
      else if (message.kind !== "uplink_message")
        assertValid("tts-event", "message", eventMessage(common(message), message, "A sentence."));
      count += 1;
    }
    assert.ok(count > 50);
  });

  it("refuses what is none", () => {
    const [message] = all().filter(({ kind }) => kind === "join_accept");
    assert.ok(message?.kind === "join_accept");
    const { time, ...rest } = joinMessage(common(message), message.message);
    assert.throws(() => assertValid("tts-join", "message", rest), /time/);
    assert.throws(() => assertValid("tts-join", "message", { ...rest, time: String(time) }), /number/);
    assert.throws(() => assertValid("tts-join", "message", { ...rest, time, more: 1 }), /additional/);
  });

  for (const type of NODE_TYPES) {
    it(`has every property of ${type}, with the default that counts at run time`, () => {
      const { defaults } = register(type);
      const { properties = {} } = schemaOf(type, "node");
      const values = Object.entries(defaults).map(([name, { value }]) => [name, value]);
      const given = JSON.parse(JSON.stringify(Object.fromEntries(values))) as Record<string, unknown>;
      const known = Object.entries(properties).filter(([name]) => !["id", "type"].includes(name));
      assert.deepEqual(Object.fromEntries(known.map(([name, { default: value }]) => [name, value])), given);
      assertValid(type, "node", { id: "a", type, ...given });
      assertValid(type, "node", { id: "a", type });
      assert.throws(() => assertValid(type, "node", { id: "a", type: "inject" }), /const/);
    });
  }

  it("has nodes whose properties come from the environment", () => {
    const node = { id: "a", type: "tts-connection", ...CONNECTION_DEFAULTS };
    assertValid("tts-connection", "node", { ...node, useTls: "${TTS_TLS}", service: "$(SERVICE)" });
    assert.throws(() => assertValid("tts-connection", "node", { ...node, useTls: "yes" }), /useTls/);
  });

  /** What a message has in the help without being a field of its own: what comes in, or stands in an error. */
  const NOT_SENT: Readonly<Record<string, readonly string[]>> = {
    "tts-downlink": ["correlationIds", "deviceId", "fPort"],
    "tts-home-assistant": ["remove"],
    "tts-watch": ["remove"],
  };

  for (const type of NODE_TYPES.filter((each) => each !== "tts-connection"))
    it(`has every field that the help of ${type} names`, () => {
      const help = helpOf(type, ENGLISH);
      const fields = fieldsOf(type);
      const [, outputs = ""] = /^### Outputs\n([^]*?)^### /m.exec(help) ?? [];
      const named = [
        ...Array.from(help.matchAll(/`msg\.(\w+)/g), ([, name = ""]) => name),
        ...Array.from(outputs.matchAll(/^: (\w+)(?:, (\w+))* \(/gm), ([, name = ""]) => name),
      ];
      assert.ok(named.length > 0);
      const left = new Set([...(NOT_SENT[type] ?? []), "error"]);
      assert.deepEqual(
        [...new Set(named)].filter((name) => !fields.has(name) && !left.has(name)),
        [],
      );
    });

  /** Told of as a whole: the fields of V2, and what `tts-home-assistant` writes for other nodes. */
  const IN_SHORT: Readonly<Record<string, readonly string[]>> = {
    "tts-uplink": ["is_retry"],
    "tts-home-assistant": ["qos"],
  };

  for (const type of NODE_TYPES.filter((each) => each !== "tts-connection"))
    it(`has no field that the help of ${type} does not name`, () => {
      const help = helpOf(type, ENGLISH);
      const left = new Set(IN_SHORT[type] ?? []);
      const words = new Set(Array.from(help.matchAll(/\b\w+\b/g), ([word]) => word));
      assert.deepEqual(
        [...fieldsOf(type)].filter((name) => !words.has(name) && !left.has(name)),
        [],
      );
    });
});
