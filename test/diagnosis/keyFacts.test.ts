import assert from "node:assert/strict";
import { keyFacts, type KeyFacts } from "../../src/diagnosis/keyFacts";
import { createStackApi } from "../../src/diagnosis/stackApi";
import {
  API_KEY,
  AUTH_INFO,
  READ,
  REFUSALS,
  RIGHTS,
  WRITE,
  apiServer,
  applicationIds,
  authInfoAnswer,
  rightsAnswer,
  type Answer,
} from "./stackAnswers";

const HTML: Answer = { status: 404, body: "<html>" };
const INFO = "RIGHT_APPLICATION_INFO";

async function facts(authInfo: Answer, rights: Answer): Promise<KeyFacts> {
  const server = await apiServer({ [AUTH_INFO]: authInfo, [RIGHTS]: rights });
  try {
    return await keyFacts(createStackApi({ url: server.url, apiKey: API_KEY }), "app1");
  } finally {
    await server.close();
  }
}

const rightsOf = ({ valid, mayLogIn, mayRead, mayWrite }: KeyFacts) => [valid, mayLogIn, mayRead, mayWrite];
const ofApp = (id: string, ...rights: string[]) =>
  authInfoAnswer(applicationIds(id), { name: "mqtt", rights });
const ofUser = authInfoAnswer({ user_ids: { user_id: "jane" } }, { rights: ["RIGHT_USER_INFO"] });

describe("the facts of a key", () => {
  it("are its rights on the application, one by one", async () => {
    const known = async (...rights: string[]) =>
      rightsOf(await facts(ofApp("app1", ...rights), rightsAnswer(...rights)));
    assert.deepEqual(await known(READ, WRITE), [true, true, true, true]);
    assert.deepEqual(await known(READ), [true, true, true, false]);
    assert.deepEqual(await known(WRITE), [true, true, false, true]);
    assert.deepEqual(await known(INFO), [true, true, false, false]);
    assert.deepEqual(await known("RIGHT_APPLICATION_LINK"), [true, true, true, true]);
    assert.deepEqual(await known("RIGHT_APPLICATION_ALL"), [true, true, true, true]);
  });

  it("are enough from whose key it is, where the rights cannot be asked", async () => {
    assert.deepEqual(rightsOf(await facts(ofApp("app1", READ), HTML)), [true, true, true, false]);
  });

  it("name another application, on which the key may nothing", async () => {
    const found = await facts(ofApp("other-app", READ, WRITE), rightsAnswer());
    assert.deepEqual(found.owner, { kind: "application", id: "other-app" });
    assert.equal(found.keyName, "mqtt");
    assert.deepEqual(rightsOf(found), [true, false, false, false]);
  });

  it("are a user's rights on this application, not the user's own", async () => {
    assert.deepEqual(rightsOf(await facts(ofUser, rightsAnswer(READ))), [true, true, true, false]);
    assert.deepEqual(rightsOf(await facts(ofUser, rightsAnswer())), [true, false, false, false]);
    assert.deepEqual(rightsOf(await facts(ofUser, REFUSALS.noRights)), [true, false, false, false]);
    assert.deepEqual(rightsOf(await facts(ofUser, HTML)), [true, undefined, undefined, undefined]);
  });

  it("say why a key is not valid", async () => {
    for (const [answer, whyNot] of [
      [REFUSALS.deleted, "api_key_not_found"],
      [REFUSALS.wrongSecret, "invalid_authorization"],
      [REFUSALS.expired, "api_key_expired"],
      [REFUSALS.noKey, "token"],
    ] as const) {
      const found = await facts(answer, answer);
      assert.deepEqual(rightsOf(found), [false, false, false, false]);
      assert.equal(found.whyNot, whyNot);
    }
  });

  it("are unknown where the answers are not the stack's", async () => {
    const nothing = { status: 200, body: "{}" };
    for (const answer of [HTML, nothing, REFUSALS.rateLimited])
      assert.deepEqual(rightsOf(await facts(answer, answer)), [undefined, undefined, undefined, undefined]);
  });

  it("are known in part where only the rights are answered", async () => {
    assert.deepEqual(rightsOf(await facts(HTML, rightsAnswer(READ))), [true, true, true, false]);
  });
});
