import assert from "node:assert/strict";
import { explainNoAnswer } from "../../src/diagnosis/noAnswer";
import type { NoAnswerFacts, PubsubEvidence } from "../../src/diagnosis/noAnswerFacts";
import { UNHEARD } from "../../src/diagnosis/noAnswerPubsub";
import { rendered } from "./catalogue";

const BACK = Date.UTC(2026, 10, 21, 6, 25);

/** Nothing is odd about it. */
const EVIDENCE: PubsubEvidence = {
  host: "broker.example.com",
  connected: true,
  applicationsSeen: ["app1"],
  hearsFailures: true,
  receivedSince: true,
  answeredSince: true,
  knownUnheard: false,
};

const FACTS: NoAnswerFacts = {
  service: "pubsub",
  applicationId: "app1",
  deviceId: "valve",
  operation: "push",
  encoding: "bytes",
  correlationId: "node-red:1",
  pubackMs: 1,
  receivedAnything: true,
  anyAnswered: true,
  deviceAnswered: false,
  recentItems: 1,
  devicesSeen: ["valve", "lamp"],
  waited: 10,
};

const outcome = (facts: Partial<NoAnswerFacts>, evidence: Partial<PubsubEvidence>) =>
  explainNoAnswer({ ...FACTS, ...facts, pubsub: { ...EVIDENCE, ...evidence } }, undefined);

const restarted: Partial<PubsubEvidence> = { backSince: BACK, answeredSince: false };

/** Of which application a device is, nobody can tell here. */
const SHARED: Partial<PubsubEvidence> = { applicationsSeen: ["app1", "app2"] };

const CASES: readonly (readonly [string, Partial<NoAnswerFacts>, Partial<PubsubEvidence>, string, RegExp])[] =
  [
    [
      "the broker was gone and messages come",
      {},
      restarted,
      "pubsub-after-restart",
      /save it.*restarted.*2026-11-21 06:25 UTC/,
    ],
    [
      "nothing has come since the broker is back",
      {},
      { ...restarted, receivedSince: false },
      "pubsub-unknown-known",
      /lost its connection to the broker.*log/,
    ],
    [
      "one was answered since the broker is back",
      {},
      { ...restarted, answeredSince: true },
      "pubsub-unknown-known",
      /lost its connection to the broker.*log/,
    ],
    ["the broker said nothing", { pubackMs: Number.NaN }, {}, "pubsub-no-puback", /broker\.example\.com/],
    [
      "nothing ever came",
      { receivedAnything: false, anyAnswered: false },
      {},
      "pubsub-silent",
      /topics differ.*Live data/,
    ],
    [
      "all that comes is of another application",
      { anyAnswered: false },
      { applicationsSeen: ["app2", "app3"] },
      "pubsub-other-application",
      /app2, app3.*app1.*wrong one/,
    ],
    [
      "the device is unknown and others answer",
      { deviceId: "valv" },
      {},
      "likely-no-device-nearest",
      /valv.*valve/,
    ],
    ["its name is like no other's", { deviceId: "pump" }, {}, "likely-no-device", /no device pump/],
    ["failures cannot be heard", {}, { hearsFailures: false }, "pubsub-no-failures-known", /downlink_failed/],
    [
      "failures cannot be heard and the device may be another application's",
      {},
      { hearsFailures: false, ...SHARED },
      "pubsub-no-failures",
      /downlink_failed.*no device valve/,
    ],
    [
      "none was ever answered",
      { anyAnswered: false, devicesSeen: [] },
      {},
      "pubsub-never-answered",
      /downlink_push.*may not use these topics.*no device valve/,
    ],
    [
      "none was ever answered, and the device sends",
      { anyAnswered: false },
      {},
      "pubsub-never-answered-known",
      /messages come from this device.*downlink_push.*missing in the Console.*may not use these topics/,
    ],
    [
      "none was ever answered, and a device of this name sends in one of two applications",
      { anyAnswered: false },
      SHARED,
      "pubsub-never-answered",
      /no device valve/,
    ],
    ["an encoder has to make the bytes", { encoding: "decoded" }, {}, "likely-encoder", /downlink formatter/],
    ["many went at once", { recentItems: 400 }, {}, "burst", /400/],
    ["nothing is known", {}, SHARED, "pubsub-unknown", /no device.*broker.*log/],
    ["nothing is known but the device", {}, {}, "pubsub-unknown-known", /broker.*log/],
  ];

describe("a downlink without an answer by way of a broker", () => {
  for (const [when, facts, evidence, key, text] of CASES)
    it(`is explained when ${when}`, async () => {
      const { pubackMs, ...rest } = { ...FACTS, ...facts };
      const silent = Number.isNaN(pubackMs);
      const given = silent ? rest : { ...rest, ...(pubackMs === undefined ? {} : { pubackMs }) };
      const explanation = await explainNoAnswer(
        { ...given, pubsub: { ...EVIDENCE, ...evidence } },
        undefined,
      );
      assert.notEqual(explanation, "queued");
      assert.ok(typeof explanation === "object");
      assert.equal(explanation.code, "not_accepted");
      assert.equal(explanation.key, `error.not-accepted.${key}`);
      const words = rendered(explanation);
      assert.match(words, text);
      assert.doesNotMatch(words, /API key|right “/);
      if (key.endsWith("-known")) assert.doesNotMatch(words, /no device/);
    });

  it("is unanswered where there is no connection any more", async () => {
    const explanation = await outcome({}, { connected: false });
    assert.ok(typeof explanation === "object");
    assert.equal(explanation.code, "unanswered");
    rendered(explanation);
  });

  it("that clears the queue is nothing odd, unless it is known that the stack does not listen", async () => {
    assert.equal(await outcome({ operation: "clear" }, restarted), "queued");
    const known = await outcome({ operation: "clear" }, { ...restarted, knownUnheard: true });
    assert.ok(typeof known === "object");
    assert.equal(known.key, UNHEARD);
    assert.equal(await outcome({ operation: "clear" }, { knownUnheard: true }), "queued");
  });
});
