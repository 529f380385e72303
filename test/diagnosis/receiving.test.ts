import assert from "node:assert/strict";
import type { KeyFacts } from "../../src/diagnosis/keyFacts";
import { warnOfMissing } from "../../src/diagnosis/missingRight";
import { explainSilence } from "../../src/diagnosis/receiving";
import { rendered } from "./catalogue";

const RIGHT = "“Read application traffic (uplink and downlink)”";

function facts(kind: "application" | "user" | "organization", mayRead: boolean | undefined): KeyFacts {
  return {
    valid: true,
    owner: { kind, id: kind === "application" ? "app1" : "jane" },
    keyName: "mqtt",
    keyId: "ID",
    mayLogIn: true,
    mayRead,
    mayWrite: true,
  };
}

describe("the warning that a key may not read", () => {
  it("names the key and where to give it the right", () => {
    const text = rendered(warnOfMissing("read", facts("application", false), "app1"));
    assert.ok(text.startsWith("The API key “mqtt” may not read"), text);
    assert.ok(text.includes(`lacks the right ${RIGHT}`), text);
    assert.ok(text.includes("Console → Applications → app1 → API keys → mqtt"), text);
  });

  it("leads to the place of a user's or organization's key", () => {
    const user = rendered(warnOfMissing("read", facts("user", false), "app1"));
    assert.ok(user.includes("User settings → API keys → mqtt"), user);
    const organization = rendered(warnOfMissing("read", facts("organization", false), "app1"));
    assert.ok(organization.includes("Organizations → jane → API keys → mqtt"), organization);
  });

  it("does without a name where only the rights are known", () => {
    const text = warnOfMissing(
      "read",
      { valid: true, mayLogIn: true, mayRead: false, mayWrite: true },
      "app1",
    );
    assert.equal(text.key, "warning.no-right-to-read.application-key");
    rendered(text);
  });
});

describe("the warning after an hour of silence", () => {
  it("gives both reasons where nothing is known of the key", () => {
    for (const key of [undefined, facts("application", undefined)]) {
      const text = rendered(
        explainSilence({ service: "stack", applicationId: "app1", ...(key ? { key } : {}) }),
      );
      assert.ok(text.includes(RIGHT) && text.includes("Live data"), text);
    }
  });

  it("doubts the broker where the messages are to be shared out", () => {
    const text = rendered(explainSilence({ service: "pubsub", applicationId: "", sharedGroup: "team" }));
    assert.match(text, /shared group team.*no shared subscriptions.*RabbitMQ, NATS and Moquette/);
    const alone = rendered(explainSilence({ service: "pubsub", applicationId: "" }));
    assert.doesNotMatch(alone, /shared/);
  });

  it("does not doubt a key that may read", () => {
    const text = rendered(
      explainSilence({ service: "stack", applicationId: "app1", key: facts("application", true) }),
    );
    assert.ok(!text.includes(RIGHT), text);
  });

  it("is certain of a key that may not", () => {
    const text = explainSilence({
      service: "stack",
      applicationId: "app1",
      key: facts("application", false),
    });
    assert.equal(text.key, "warning.no-right-to-read.application-key");
  });

  it("speaks of topics for Pub/Sub and of no API key for V2", () => {
    const pubsub = rendered(explainSilence({ applicationId: "", service: "pubsub" }));
    assert.match(pubsub, /base topic/);
    const v2 = rendered(explainSilence({ applicationId: "app1", service: "v2" }));
    for (const text of [pubsub, v2]) assert.doesNotMatch(text, /API key/);
  });
});
