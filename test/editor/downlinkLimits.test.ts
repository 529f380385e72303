import assert from "node:assert/strict";
import { buildOrder } from "../../src/downlink/build";
import { pubsubService } from "../../src/services/pubsub";
import { readPubsubTopics } from "../../src/stack/pubsubTopics";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { GOOD, NOW } from "../downlink/texts";
import { register } from "./sources";

const ALL = [
  "downlink_push",
  "downlink_replace",
  "downlink_queued",
  "downlink_sent",
  "downlink_ack",
] as const;

const without = (...left: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    ["uplink_message", ...ALL].filter((type) => !left.includes(type)).map((type) => [type, type]),
  );

const connections: Record<string, object> = {};
const definition = register("tts-downlink", connections);

/** Whether the form takes a downlink over such a connection. */
function isValid(topics: object, applicationId: string, more: object): boolean {
  connections.pubsub = { service: "pubsub", topics, applicationId };
  const node = {
    ...DOWNLINK_DEFAULTS,
    device: "door-1",
    deviceType: "str",
    ...more,
    connection: "pubsub",
    id: "x",
  };
  return Object.entries(definition.defaults).every(([name, property]) => {
    const validate: unknown = Reflect.get(property, "validate");
    if (typeof validate !== "function") return true;
    return Reflect.apply(validate, { ...node, _def: definition }, [Reflect.get(node, name), {}]) === true;
  });
}

/** Whether the run time takes it. */
function isTaken(topics: Record<string, string>, applicationId: string, more: object): boolean {
  const read = readPubsubTopics("", topics, "");
  assert.ok(read.ok);
  const account = applicationId === "" ? {} : { applicationId };
  const { downlinkLimits } = pubsubService({ ...account, topics: read.topics, qos: 1 });
  return buildOrder({ ...GOOD, ...more }, downlinkLimits, NOW).ok;
}

describe("a downlink over Pub/Sub is valid in the form where the run time takes it", () => {
  for (const left of [[], ...ALL.map((type) => [type]), ["downlink_sent", "downlink_ack"]]) {
    it(`without topics for ${left.join(" and ") || "nothing"}`, () => {
      const topics = without(...left);
      for (const operation of ["push", "replace", "clear"]) {
        for (const report of ["published", "queued", "sent", "ack", "every"]) {
          for (const confirmed of ["true", "false"]) {
            for (const applicationId of ["app1", ""]) {
              const more = { operation, report, confirmed };
              const shown = JSON.stringify({ ...more, applicationId });
              assert.equal(isValid(topics, applicationId, more), isTaken(topics, applicationId, more), shown);
            }
          }
        }
      }
    });
  }

  it("refuses only what is certain where the message says whether it is confirmed", () => {
    const from = { confirmed: "ack", confirmedType: "msg", report: "every" };
    assert.equal(isValid(without("downlink_sent"), "app1", from), true);
    assert.equal(isValid(without("downlink_ack"), "app1", from), true);
    assert.equal(isValid(without("downlink_sent", "downlink_ack"), "app1", from), false);
  });
});
