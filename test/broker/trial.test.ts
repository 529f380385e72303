import assert from "node:assert/strict";
import {
  CONNECTION_DEFAULTS,
  type ConnectionCredentials,
  type ConnectionProperties,
} from "../../src/stack/connectionProperties";
import { contextOf, readSettings, serviceOf } from "../../src/account/settings";
import { stepsOf, tryConnection } from "../../src/diagnosis/trial";
import type { StepResult } from "../../src/stack/trial";
import { rendered } from "../diagnosis/catalogue";
import { startOddBroker } from "./oddBroker";
import { passwordLine, startMosquitto, type Mosquitto } from "./mosquitto";

/** With the settings as the form would have them. */
async function tried(
  broker: Pick<Mosquitto, "host" | "port">,
  credentials: ConnectionCredentials,
  more: Partial<ConnectionProperties> = {},
): Promise<readonly StepResult[]> {
  const properties = {
    ...CONNECTION_DEFAULTS,
    ...({ service: "pubsub", host: broker.host, port: String(broker.port), useTls: false } as const),
    ...{ baseTopic: "tts", topics: { uplink_message: "up", downlink_push: "push" }, sharedGroup: "group" },
    ...more,
  };
  const read = readSettings(properties, credentials, undefined);
  assert.ok(read.ok, JSON.stringify(read));
  const { settings } = read;
  const results: StepResult[] = [];
  const subject = {
    endpoint: { host: settings.host, port: settings.port },
    service: serviceOf(settings),
    keepalive: settings.keepalive,
    context: contextOf(settings, {}, Date.now()),
  };
  assert.deepEqual(stepsOf(subject), ["tcp", "login", "topics"]);
  await tryConnection(subject, (result) => results.push(result), new AbortController().signal);
  return results;
}

const ACCESS_KEY = "ttn-account-v2.abcdefghijklmnopqrstuvwxyz";

const lineOf = (results: readonly StepResult[]): string[] =>
  results.map(({ step, outcome }) => `${step} ${outcome}`);

describe("a test of a connection to another server than the stack's own", () => {
  let broker: Mosquitto;

  before(async () => {
    const users = passwordLine("me", "secret-word") + passwordLine("old_app", ACCESS_KEY);
    broker = await startMosquitto("allow_anonymous false\npassword_file FOLDER/users", { users });
  });
  after(() => broker.stop());

  it("passes with the right user and password", async () => {
    const results = await tried(broker, { username: "me", password: "secret-word" });
    assert.deepEqual(lineOf(results), ["tcp passed", "login passed", "topics passed"]);
    assert.deepEqual(results[2]?.facts, { number: 1 });
  });

  it("names the topic that the broker ends the connection at", async () => {
    const odd = await startOddBroker();
    odd.forbidden.add("tts/join");
    const results = await tried(odd, {}, { topics: { uplink_message: "up", join_accept: "join" } });
    await odd.stop();
    assert.deepEqual(lineOf(results), ["tcp passed", "login passed", "topics failed"]);
    assert.ok(results[2]?.text);
    assert.match(rendered(results[2].text), /ends the connection at the topic tts\/join/);
  });

  it("warns where the broker grants shared subscriptions and does not know them", async () => {
    const odd = await startOddBroker();
    const results = await tried(odd, {});
    assert.deepEqual(lineOf(results), ["tcp passed", "login passed", "topics warning"]);
    assert.ok(results[2]?.text);
    assert.match(rendered(results[2].text), /^This broker does not share messages out.*below tts\/up/s);
    const alone = await tried(odd, {}, { sharedGroup: "" });
    await odd.stop();
    assert.equal(alone[2]?.outcome, "passed");
  });

  it("says that user name or password is wrong, and that one is needed", async () => {
    const wrong = await tried(broker, { username: "me", password: "another-word" });
    assert.deepEqual(lineOf(wrong), ["tcp passed", "login failed"]);
    assert.ok(wrong[1]?.text);
    assert.match(rendered(wrong[1].text), /^me was refused: most likely user name or password is wrong/);
    assert.ok(!JSON.stringify(wrong).includes("another-word"));
    const nobody = await tried(broker, {});
    assert.ok(nobody[1]?.text);
    assert.match(rendered(nobody[1].text), /wants a user name and a password/);
  });

  it("does the same for a V2 network", async () => {
    const v2 = { service: "v2", applicationId: "old_app" } as const;
    const right = await tried(broker, { apiKey: ACCESS_KEY }, v2);
    assert.deepEqual(lineOf(right), ["tcp passed", "login passed", "topics passed"]);
    assert.equal(right[1]?.facts?.userName, "old_app");
    const wrong = await tried(broker, { apiKey: `${ACCESS_KEY}x` }, v2);
    assert.ok(wrong[1]?.text);
    assert.match(rendered(wrong[1].text), /^old_app was refused: .*access key/);
  });

  it("says that the broker is not there", async () => {
    await broker.kill();
    assert.deepEqual(lineOf(await tried(broker, {})), ["tcp failed"]);
    await broker.start();
  });
});
