import assert from "node:assert/strict";
import { keyRecordOf } from "../../src/account/keyRecord";
import { Rights } from "../../src/account/rights";
import { identityOf, readSettings, withoutSecret, type ConnectionSettings } from "../../src/account/settings";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { createStackApi } from "../../src/diagnosis/stackApi";
import { collectGarbage } from "../connection/garbage";
import {
  API_KEY,
  apiServer,
  applicationIds,
  AUTH_INFO,
  authInfoAnswer,
  READ,
  RIGHTS,
  rightsAnswer,
  WRITE,
  type Answer,
} from "../diagnosis/stackAnswers";

function settingsOf(more: object = {}, credentials: object = { apiKey: API_KEY }): ConnectionSettings {
  const read = readSettings(
    { ...CONNECTION_DEFAULTS, applicationId: "app1", ...more },
    credentials,
    undefined,
  );
  assert.ok(read.ok);
  return read.settings;
}

describe("what is known of a key", () => {
  it("is asked for again, later each time, while the API says nothing", async () => {
    const answers: Record<string, Answer> = {};
    const server = await apiServer(answers);
    const pauses: number[] = [];
    let known = (): void => undefined;
    const warned = new Promise<void>((resolve) => (known = resolve));
    const rights = new Rights(
      keyRecordOf("asked again"),
      "app1",
      () => undefined,
      () => known(),
      (attempts) => {
        pauses.push(attempts);
        if (attempts === 3) {
          answers[AUTH_INFO] = authInfoAnswer(applicationIds("app1"), { rights: [READ] });
          answers[RIGHTS] = rightsAnswer(READ);
        }
        return 1;
      },
    );
    rights.need("write");
    rights.ask(1, { url: server.url, api: createStackApi({ url: server.url, apiKey: API_KEY }) });
    await warned;
    assert.deepEqual(pauses, [1, 2, 3]);
    assert.ok(rights.lacks("write") && !rights.lacks("read"));
    rights.end();
    await server.close();
  });

  it("is asked for again at a later login, where a right may be gone by then, and not at each one in a row", async () => {
    const answers: Record<string, Answer> = {
      [AUTH_INFO]: authInfoAnswer(applicationIds("app1"), { rights: [READ] }),
      [RIGHTS]: rightsAnswer(READ),
    };
    const server = await apiServer(answers);
    const office = { url: server.url, api: createStackApi({ url: server.url, apiKey: API_KEY }) };
    let known = (): void => undefined;
    const warned = new Promise<void>((resolve) => (known = resolve));
    const rightsOf = (knownFor?: number): Rights =>
      new Rights(
        keyRecordOf("taken away"),
        "app1",
        () => undefined,
        () => known(),
        undefined,
        knownFor,
      );
    const [often, later] = [rightsOf(), rightsOf(0)];
    for (const login of [1, 2, 3]) often.ask(login, office);
    await keyRecordOf("taken away").asked?.answer;
    assert.equal(server.requests.length, 2);
    assert.ok(!often.lacks("read"));
    answers[AUTH_INFO] = authInfoAnswer(applicationIds("app1"), { rights: [WRITE] });
    answers[RIGHTS] = rightsAnswer(WRITE);
    later.ask(4, office);
    await warned;
    assert.ok(later.lacks("read"));
    await server.close();
  });

  it("is kept by an identity from which neither key nor password can be told", () => {
    const credentials = { username: "me", password: "hunter2hunter2" };
    const all = [
      settingsOf(),
      settingsOf({ service: "pubsub", topics: { uplink_message: "up" } }, credentials),
      settingsOf({ service: "v2" }, { apiKey: "ttn-account-v2.secret" }),
    ];
    for (const settings of all) {
      assert.match(identityOf(settings), /^[A-Za-z0-9+/]{43}=$/);
      const plain = JSON.stringify(withoutSecret(settings));
      for (const secret of [API_KEY, credentials.password, "ttn-account-v2.secret"])
        assert.ok(!plain.includes(secret));
    }
    assert.equal(new Set(all.map(identityOf)).size, 3);
  });

  it("is not forgotten over nine connections, nor kept of any number of them", async () => {
    keyRecordOf("key 0").received = true;
    for (let index = 1; index <= 9; index++) keyRecordOf(`key ${index}`);
    assert.equal(keyRecordOf("key 0").received, true);
    for (let index = 1; index <= 1_000; index++) keyRecordOf(`other key ${index}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    collectGarbage();
    assert.equal(keyRecordOf("key 0").received, false);
  });
});
