import assert from "node:assert/strict";
import { pubsubService, type PubsubAccount } from "../../src/services/pubsub";
import type { Service } from "../../src/services/service";
import { STACK_KINDS, type Kind } from "../../src/stack/kinds";
import { readPubsubTopics, type PubsubTopics } from "../../src/stack/pubsubTopics";
import { bytesOf, publishedToBroker } from "../stack/fixtures";

/** As the captured integration was set. */
const CAPTURED = {
  uplink_message: "uplink",
  join_accept: "join",
  downlink_ack: "downlink-ack",
  downlink_nack: "downlink-nack",
  downlink_sent: "downlink-sent",
  downlink_failed: "downlink-failed",
  downlink_queued: "downlink-queued",
  downlink_queue_invalidated: "downlink-queue-invalidated",
  location_solved: "location-solved",
  service_data: "service-data",
  downlink_push: "downlink-push",
  downlink_replace: "downlink-replace",
};

function topicsOf(subTopics: object, base = "base-topic", group = ""): PubsubTopics {
  const read = readPubsubTopics(base, subTopics, group);
  assert.ok(read.ok, JSON.stringify(read));
  return read.topics;
}

const serviceOf = (more: Partial<PubsubAccount> = {}, subTopics: object = CAPTURED): Service =>
  pubsubService({ applicationId: "app2", topics: topicsOf(subTopics), qos: 1, ...more });

const filtersOf = (service: Service, ...kinds: Kind[]): string[] =>
  service.subscriptions(new Set(kinds)).map(({ filter }) => filter);

function decoded(service: Service, topic: string, payload: unknown) {
  const classified = service.classify(topic);
  assert.equal(classified.what, "message");
  return service.decode(classified, bytesOf(payload));
}

describe("the Pub/Sub service", () => {
  for (const { name, topic, payload } of publishedToBroker()) {
    it(`reads the captured ${name} on ${topic}, with its own topic and where all share one`, () => {
      const [, sub = ""] = topic.split("/");
      const expected = Object.entries(CAPTURED).find(([, own]) => own === sub)?.[0];
      const all = Object.fromEntries(STACK_KINDS.map((kind) => [kind, "all"]));
      for (const [service, on] of [
        [serviceOf(), topic],
        [serviceOf({}, all), "base-topic/all"],
      ] as const) {
        const result = decoded(service, on, payload);
        assert.ok(result.ok, JSON.stringify(result));
        assert.equal(result.received.kind, expected);
        assert.deepEqual(result.received.message, JSON.parse(payload));
      }
    });
  }

  it("subscribes to exactly the topics of the kinds that are wanted", () => {
    const service = serviceOf();
    assert.deepEqual(filtersOf(service), []);
    assert.deepEqual(filtersOf(service, "uplink_message", "downlink_sent"), [
      "base-topic/uplink",
      "base-topic/downlink-sent",
    ]);
    assert.deepEqual(service.subscriptions(new Set<Kind>(["join_accept"])), [
      { filter: "base-topic/join", qos: 1, kinds: ["join_accept"] },
    ]);
    assert.deepEqual(
      filtersOf(service, "uplink_normalized", "uplink_error"),
      [],
      "there is no topic for them",
    );
  });

  it("subscribes once where several kinds share a topic", () => {
    const service = serviceOf({}, { uplink_message: "up", join_accept: "up", downlink_sent: "sent" });
    assert.deepEqual(filtersOf(service, "uplink_message", "join_accept"), ["base-topic/up"]);
    assert.deepEqual(service.classify("base-topic/up"), {
      what: "message",
      kinds: ["uplink_message", "join_accept"],
    });
  });

  it("shares out what carries no answers to downlinks, and nothing else", () => {
    const service = serviceOf({ sharedGroup: "team" });
    const shared = service
      .subscriptions(new Set(STACK_KINDS))
      .flatMap(({ filter }) => (filter.startsWith("$share/team/") ? [filter.slice(12)] : []));
    assert.deepEqual(shared, [
      "base-topic/uplink",
      "base-topic/join",
      "base-topic/location-solved",
      "base-topic/service-data",
    ]);
    assert.ok(filtersOf(service, "downlink_queued").includes("base-topic/downlink-queued"));
    assert.equal(service.classify("base-topic/uplink").what, "message", "messages carry the real topic");
  });

  it("knows its own topics only", () => {
    for (const topic of [
      "base-topic/uplin",
      "base-topic/uplink/",
      "uplink",
      "/base-topic/uplink",
      "base-topic/downlink-push",
      "v3/app2/devices/dev-a/up",
      "__proto__",
      "",
    ])
      assert.deepEqual(serviceOf().classify(topic), { what: "unknown" }, topic);
  });

  it("takes what the stack made of odd settings", () => {
    const service = serviceOf({ topics: topicsOf({ uplink_message: "up" }, "e/") });
    assert.equal(service.classify("e//up").what, "message");
    assert.equal(
      serviceOf({ topics: topicsOf({ uplink_message: "up" }, "") }).classify("/up").what,
      "message",
    );
  });

  it("names what is not what the topic is for", () => {
    const join = publishedToBroker().find(({ name }) => name === "join_accept");
    assert.deepEqual(decoded(serviceOf(), "base-topic/uplink", join?.payload ?? ""), {
      ok: false,
      problem: { problem: "other_kind", expected: "uplink_message", found: "join_accept" },
    });
  });

  it("is not taken in by bodies of strangers", () => {
    for (const body of [
      "",
      "null",
      "[]",
      "{}",
      "7",
      '"up"',
      "not json",
      '{"end_device_ids":{}}',
      '{"end_device_ids":{"device_id":""},"uplink_message":{}}',
      '{"end_device_ids":{"device_id":7},"uplink_message":{}}',
      '{"end_device_ids":{"device_id":"d"},"uplink_message":[]}',
      '{"end_device_ids":{"device_id":"d"},"__proto__":{"uplink_message":{}}}',
      '{"end_device_ids":{"device_id":"d"},"uplink_message":{},"join_accept":{}}',
      '{"end_device_ids":{"device_id":"d"},"downlinks":[]}',
      `{"end_device_ids":{"device_id":"d"},"uplink_message":${"[".repeat(5000)}`,
    ])
      for (const topic of ["base-topic/uplink", "base-topic/join"])
        assert.equal(decoded(serviceOf(), topic, body).ok, false, body.slice(0, 80));
  });

  it("keeps a session only under a name of its own and above QoS 0", () => {
    assert.equal(serviceOf({ clientId: "node-red", qos: 1 }).login.clean, false);
    assert.equal(serviceOf({ clientId: "node-red", qos: 2 }).login.clean, false);
    assert.equal(serviceOf({ clientId: "node-red", qos: 0 }).login.clean, true);
    assert.equal(serviceOf({ qos: 1 }).login.clean, true);
    assert.equal(serviceOf({ qos: 0 }).redelivers, false);
  });

  it("signs in with user and password where there are any", () => {
    assert.deepEqual(serviceOf().login, { clean: true });
    assert.deepEqual(serviceOf({ username: "me", password: "secret" }).login, {
      username: "me",
      password: "secret",
      clean: true,
    });
  });

  it("says a downlink in the stack's words, on the topic for it", () => {
    const items = [{ f_port: 1, frm_payload: "AA==", priority: "NORMAL" as const }];
    const service = serviceOf({ qos: 2 });
    for (const operation of ["push", "replace"] as const) {
      const { topic, payload, qos } = service.encodeDownlink("dev-a", operation, items);
      assert.equal(topic, `base-topic/downlink-${operation}`);
      assert.equal(qos, 2);
      assert.deepEqual(JSON.parse(Buffer.from(payload).toString()), {
        end_device_ids: { device_id: "dev-a", application_ids: { application_id: "app2" } },
        downlinks: items,
      });
    }
    const clear = service.encodeDownlink("dev-a", "replace", []);
    assert.match(Buffer.from(clear.payload).toString(), /"downlinks":\[\]/);
  });

  it("tells what the connection is not set up for", () => {
    const { lacking } = pubsubService({ topics: topicsOf({ uplink_message: "up" }), qos: 0 }).downlinkLimits;
    assert.deepEqual([...(lacking ?? [])].sort(), [
      "application",
      "downlink_ack",
      "downlink_push",
      "downlink_queued",
      "downlink_replace",
      "downlink_sent",
    ]);
    assert.equal(serviceOf().downlinkLimits.lacking?.size, 0);
    assert.deepEqual(
      [...serviceOf({}, { uplink_message: "up", join_accept: "up" }).kinds],
      ["uplink_message", "join_accept"],
    );
  });
});
