import assert from "node:assert/strict";
import { Duplicates } from "../../src/connection/duplicates";
import { Router, type Repeated } from "../../src/connection/router";
import type { Delivery } from "../../src/connection/routes";
import { Ledger } from "../../src/devices/ledger";
import { pubsubService } from "../../src/services/pubsub";
import { stackService } from "../../src/services/stack";
import { decodeMessage } from "../../src/stack/decode";
import type { Kind } from "../../src/stack/kinds";
import { readPubsubTopics } from "../../src/stack/pubsubTopics";
import { bytesOf, publishedToBroker } from "../stack/fixtures";

interface Parts {
  readonly ids?: readonly string[] | undefined;
  readonly device?: string;
  readonly kind?: string;
  readonly body?: object;
  readonly more?: object;
}

const message = ({
  ids = ["as:up:1"],
  device = "dev1",
  kind = "uplink_message",
  body = {},
  more = {},
}: Parts = {}) =>
  bytesOf({ end_device_ids: { device_id: device }, correlation_ids: ids, ...more, [kind]: body });

function window() {
  const duplicates = new Duplicates();
  return (bytes: Buffer, again = false): boolean => {
    const decoded = decodeMessage(bytes);
    assert.ok(decoded.ok);
    return duplicates.has(decoded.received, bytes, again);
  };
}

describe("what comes a second time", () => {
  it("is known again by its bytes", () => {
    const isDuplicate = window();
    assert.equal(isDuplicate(message()), false);
    assert.equal(isDuplicate(message()), true);
    assert.equal(isDuplicate(message({ ids: ["as:up:2"] })), false);
    assert.equal(isDuplicate(message()), true, "also with others in between");
  });

  it("is known again, whatever kind was captured", () => {
    const isDuplicate = window();
    const published = publishedToBroker().map(({ payload }) => Buffer.from(payload));
    for (const bytes of published) assert.equal(isDuplicate(bytes), false);
    for (const bytes of published) assert.equal(isDuplicate(bytes), true);
  });

  const OTHERS: readonly (readonly [string, Parts])[] = [
    ["another device", { device: "dev2" }],
    ["another kind", { kind: "join_accept" }],
    ["other correlation IDs", { ids: ["as:up:1", "mine"] }],
    ["another counter", { body: { f_cnt: 2 } }],
    ["another payload", { body: { frm_payload: "AQ==" } }],
    ["another time", { more: { received_at: "2026-11-20T20:56:09.470681014Z" } }],
    [
      "another application",
      { more: { end_device_ids: { device_id: "dev1", application_ids: { application_id: "b" } } } },
    ],
    ["another field that is not known", { more: { future: 1 } }],
  ];
  for (const [which, parts] of OTHERS) {
    it(`is not one with ${which} and all else alike`, () => {
      const isDuplicate = window();
      assert.equal(isDuplicate(message()), false);
      assert.equal(isDuplicate(message(parts)), false);
    });
  }

  it("is only what the broker calls so, where a message has no correlation IDs", () => {
    const isDuplicate = window();
    const test = message({ ids: [] });
    assert.deepEqual([isDuplicate(test), isDuplicate(test), isDuplicate(test, true)], [false, false, true]);
    assert.equal(
      isDuplicate(message({ ids: [], device: "dev2" }), true),
      false,
      "the first one that arrives",
    );
  });

  it("is forgotten after ten thousand others", () => {
    const isDuplicate = window();
    isDuplicate(message());
    for (let number = 0; number < 9_999; number++) isDuplicate(message({ ids: [`n${number}`] }));
    assert.equal(isDuplicate(message()), true);
    isDuplicate(message({ ids: ["one more"] }));
    assert.equal(isDuplicate(message()), false);
  });
});

describe("a router between brokers that repeat", () => {
  const read = readPubsubTopics("b", { uplink_message: "up", join_accept: "join" }, "");
  assert.ok(read.ok);
  const { topics } = read;

  function routed(service = pubsubService({ topics, qos: 1 })) {
    const got: Delivery[] = [];
    const repeated: Repeated[] = [];
    const ledger = new Ledger(service);
    const router = new Router(
      service,
      (invalid) => assert.deepEqual(invalid, undefined),
      ledger,
      (one) => repeated.push(one),
    );
    const recipient = (kind: Kind) => ({
      kinds: new Set([kind]),
      everyDevice: true,
      wantsDevice: () => true,
      deliver: (delivery: Delivery) => got.push(delivery),
    });
    return { router, ledger, got, repeated, recipient };
  }

  it("delivers once to each recipient, and tells of the second", () => {
    const { router, got, repeated, recipient } = routed();
    router.add(recipient("uplink_message"));
    router.add(recipient("uplink_message"));
    router.take("b/up", message(), 1);
    router.take("b/up", message(), 2, true);
    assert.deepEqual(
      got.map(({ arrivedAt }) => arrivedAt),
      [1, 1],
    );
    assert.deepEqual(repeated, [{ topic: "b/up", deviceId: "dev1", again: true }]);
  });

  it("takes device and application from the body", () => {
    const { router, ledger, got, recipient } = routed();
    router.add(recipient("join_accept"));
    const ids = { device_id: "door", application_ids: { application_id: "app9" } };
    router.take("b/join", bytesOf({ end_device_ids: ids, join_accept: {} }), 1);
    assert.deepEqual(got[0]?.origin, { deviceId: "door", applicationId: "app9" });
    assert.deepEqual([...ledger], ["door"]);
    assert.deepEqual([...router.applicationsSeen], ["app9"]);
  });

  it("remembers a hundred applications at most", () => {
    const { router, recipient } = routed();
    router.add(recipient("join_accept"));
    for (let number = 1; number <= 101; number += 1) {
      const ids = { device_id: "door", application_ids: { application_id: `app${number}` } };
      router.take("b/join", bytesOf({ end_device_ids: ids, join_accept: { number } }), number);
    }
    assert.equal(router.applicationsSeen.size, 100);
    assert.equal(router.applicationsSeen.has("app101"), false);
  });

  it("does not read what nobody wants", () => {
    const { router, got, recipient } = routed();
    router.add(recipient("join_accept"));
    router.take("b/up", Buffer.from("anything"), 1);
    assert.deepEqual(got, []);
  });

  it("remembers no names that are longer than any", () => {
    const { router, ledger, got, recipient } = routed();
    router.add(recipient("uplink_message"));
    const device = "x".repeat(1_000_000);
    router.take("b/up", message({ device }), 1);
    assert.equal(got[0]?.origin.deviceId, device);
    assert.equal(ledger.size, 0);
  });

  it("looks for none where nothing comes twice", () => {
    const { router, got, recipient } = routed(pubsubService({ topics, qos: 0 }));
    router.add(recipient("uplink_message"));
    router.take("b/up", message(), 1);
    router.take("b/up", message(), 2);
    assert.equal(got.length, 2);
    assert.equal(stackService({ applicationId: "app1", apiKey: "" }).redelivers, false);
  });
});
