import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createStackApi, type ApiAnswer, type StackApi } from "../../src/diagnosis/stackApi";
import { startSimulator } from "../../simulator/simulator";
import { apiUrl } from "../../src/stack/apiAddress";
import {
  API_KEY,
  AUTH_INFO,
  KEY_ID,
  READ,
  REFUSALS,
  RIGHTS,
  WRITE,
  apiServer,
  applicationIds,
  authInfoAnswer,
  makeCertificates,
  oddServer,
  rightsAnswer,
  type Answer,
} from "./stackAnswers";

const QUEUE = "GET /api/v3/as/applications/app1/devices/dev1/down";
const PUSH = "POST /api/v3/as/applications/app1/devices/dev1/down/push";

async function ask<T>(answers: Record<string, Answer>, question: (api: StackApi) => Promise<T>): Promise<T> {
  const server = await apiServer(answers);
  try {
    const answer = await question(createStackApi({ url: server.url, apiKey: API_KEY }));
    assert.ok(server.requests.every(({ authorization }) => authorization === `Bearer ${API_KEY}`));
    return answer;
  } finally {
    await server.close();
  }
}

const authInfo = (answer: Answer) => ask({ [AUTH_INFO]: answer }, (api) => api.authInfo());

function assertRefused(answer: ApiAnswer<object>, name: string, status: number): void {
  assert.ok(answer.answer === "refused", JSON.stringify(answer));
  assert.deepEqual([answer.name, answer.status], [name, status]);
}

describe("the stack's HTTP API", () => {
  it("tells whose key it is, its name, its rights and until when", async () => {
    const answer = authInfoAnswer(applicationIds("app1"), {
      name: "mqtt",
      expires_at: "2026-12-21T06:51:39Z",
      rights: [READ],
    });
    assert.deepEqual(await authInfo(answer), {
      answer: "ok",
      owner: { kind: "application", id: "app1" },
      keyId: KEY_ID,
      keyName: "mqtt",
      rights: [READ],
      expiresAt: Date.UTC(2026, 11, 21, 6, 51, 39),
    });
  });

  it("knows keys of users, organizations and gateways", async () => {
    for (const kind of ["user", "organization", "gateway"]) {
      const found = await authInfo(authInfoAnswer({ [`${kind}_ids`]: { [`${kind}_id`]: "jane" } }));
      assert.deepEqual(found.answer === "ok" && found.owner, { kind, id: "jane" });
    }
  });

  it("passes on why a key is refused", async () => {
    for (const [answer, name, status] of [
      [REFUSALS.deleted, "api_key_not_found", 401],
      [REFUSALS.wrongSecret, "invalid_authorization", 401],
      [REFUSALS.expired, "api_key_expired", 401],
      [REFUSALS.noKey, "token", 400],
      [REFUSALS.rateLimited, "rate_limit_exceeded", 429],
    ] as const)
      assertRefused(await authInfo(answer), name, status);
  });

  it("passes on the stack's own error, with the right that is missing", async () => {
    const answer = await authInfo(REFUSALS.insufficientRights);
    assert.ok(answer.answer === "refused");
    assert.deepEqual(answer.error.attributes, { missing: [WRITE], uid: "app1" });
    assert.equal(answer.error.message_format, "insufficient rights for application `{uid}`");
  });

  it("reads the rights on an application, none where the list is left out", async () => {
    const rights = (answer: Answer) => ask({ [RIGHTS]: answer }, (api) => api.rights("app1"));
    assert.deepEqual(await rights(rightsAnswer(READ, WRITE)), { answer: "ok", rights: [READ, WRITE] });
    assert.deepEqual(await rights(rightsAnswer()), { answer: "ok", rights: [] });
    assertRefused(await rights(REFUSALS.noRights), "no_application_rights", 403);
  });

  it("reads the queue of a device, and whether there is such a device", async () => {
    const queue = (answer: Answer) => ask({ [QUEUE]: answer }, (api) => api.downlinkQueue("app1", "dev1"));
    const downlink = { f_port: 1, frm_payload: "AQ==", priority: "NORMAL", correlation_ids: ["mine"] };
    const body = JSON.stringify({ downlinks: [downlink] });
    assert.deepEqual(await queue({ status: 200, body }), { answer: "ok", downlinks: [downlink] });
    assert.deepEqual(await queue({ status: 200, body: "{}" }), { answer: "ok", downlinks: [] });
    assertRefused(await queue(REFUSALS.noDeviceInStore), "device_not_found", 404);
    assert.equal((await queue({ status: 200, body: '{"downlinks":[{"f_port":"x"}]}' })).answer, "unknown");
  });

  it("asks for the right to write with a push of nothing", async () => {
    const server = await apiServer({ [PUSH]: { status: 200, body: "{}" } });
    const api = createStackApi({ url: server.url, apiKey: API_KEY });
    assert.deepEqual(await api.canPush("app1", "dev1"), { answer: "ok" });
    assert.deepEqual(
      server.requests.map(({ body }) => body),
      ["{}"],
    );
    await server.close();
    const refused = await ask({ [PUSH]: REFUSALS.noDevice }, (asked) => asked.canPush("app1", "dev1"));
    assertRefused(refused, "device_not_found", 404);
    const lacking = await ask({ [PUSH]: REFUSALS.insufficientRights }, (asked) =>
      asked.canPush("app1", "dev1"),
    );
    assertRefused(lacking, "insufficient_application_rights", 403);
  });

  it("cannot be led elsewhere by an ID", async () => {
    const server = await apiServer({});
    const api = createStackApi({ url: server.url, apiKey: API_KEY });
    await api.rights("../../x?y#z");
    assert.equal(server.requests[0]?.line, "GET /api/v3/applications/..%2F..%2Fx%3Fy%23z/rights");
    await server.close();
  });

  it("asks one question once while it is under way, and again later", async () => {
    const server = await apiServer({ [AUTH_INFO]: authInfoAnswer(applicationIds("app1")) });
    const api = createStackApi({ url: server.url, apiKey: API_KEY });
    const answers = await Promise.all([api.authInfo(), api.authInfo(), api.authInfo()]);
    assert.equal(server.requests.length, 1);
    assert.ok(answers.every(({ answer }) => answer === "ok"));
    await api.authInfo();
    assert.equal(server.requests.length, 2);
    await server.close();
  });

  it("does not take anything else for an answer", async () => {
    const others: Answer[] = [
      { status: 200, body: "{}" },
      { status: 200, body: "[]" },
      { status: 200, body: "null" },
      { status: 200, body: "<html>Sign in</html>", headers: { "Content-Type": "text/html" } },
      { status: 404, body: '{"code":5,"message":"Not Found"}' },
      { status: 401, body: '{"error":"api_key_not_found"}' },
      authInfoAnswer({}),
      authInfoAnswer(applicationIds("app1\r\nx")),
    ];
    for (const answer of others) {
      assert.deepEqual(await authInfo(answer), { answer: "unknown", why: "not_understood" }, answer.body);
    }
  });

  it("takes no answer of a server that is down for a refusal", async () => {
    const others: Answer[] = [
      { status: 502, body: "<html>Bad gateway</html>" },
      { status: 500, body: REFUSALS.deleted.body },
      { ...authInfoAnswer(applicationIds("app1")), status: 500 },
      REFUSALS.noDatabase,
    ];
    for (const answer of others)
      assert.deepEqual(await authInfo(answer), { answer: "unknown", why: "unavailable" }, answer.body);
  });

  it("follows no redirect", async () => {
    const elsewhere = await apiServer({ [AUTH_INFO]: authInfoAnswer(applicationIds("app1")) });
    const location = `${elsewhere.url}/auth_info`;
    const answer = await authInfo({ status: 307, body: "", headers: { Location: location } });
    assert.deepEqual(answer, { answer: "unknown", why: "redirect" });
    assert.equal(elsewhere.requests.length, 0);
    await elsewhere.close();
  });

  it("stops reading at 256 kB", async () => {
    let sent = 0;
    const server = await oddServer((_request, response) => {
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(" ".repeat(65_536), more);
      };
      more();
    });
    const answer = await createStackApi({ url: server.url, apiKey: API_KEY }).authInfo();
    assert.deepEqual(answer, { answer: "unknown", why: "too_large" });
    assert.ok(sent < 20_000_000);
    await server.close();
  });

  it("says nothing where nobody listens or the connection breaks", async () => {
    const server = await oddServer((request) => request.socket.destroy());
    const api = createStackApi({ url: server.url, apiKey: API_KEY });
    assert.deepEqual(await api.authInfo(), { answer: "unknown", why: "unreachable" });
    await server.close();
    assert.deepEqual(await api.authInfo(), { answer: "unknown", why: "unreachable" });
    const half = await oddServer((_request, response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("{", () => response.destroy());
    });
    const cut = await createStackApi({ url: half.url, apiKey: API_KEY }).authInfo();
    assert.deepEqual(cut, { answer: "unknown", why: "unreachable" });
    await half.close();
  });

  it("does not ask what cannot be asked", async () => {
    const notAsked = { answer: "unknown", why: "not_asked" };
    const withBreak = createStackApi({ url: "http://127.0.0.1:9/api/v3", apiKey: `${API_KEY}\r\nX: y` });
    assert.deepEqual(await withBreak.authInfo(), notAsked);
    assert.deepEqual(await createStackApi({ url: "nonsense", apiKey: API_KEY }).authInfo(), notAsked);
  });

  it("never hands out the key, not even where the server sends it back", async () => {
    const answers = [
      authInfoAnswer(applicationIds("app1"), { name: `key ${API_KEY}` }),
      authInfoAnswer(applicationIds("app1"), { name: API_KEY.slice(-52) }),
      { status: 401, body: `{"code":16,"details":[{"namespace":"x","name":"${API_KEY}"}]}` },
    ];
    for (const answer of answers) assert.ok(!inspect(await authInfo(answer)).includes("BBBBBBBB"));
  });

  it("shortens what a key is called and shows no control characters", async () => {
    const answer = await authInfo(
      authInfoAnswer(applicationIds("app1"), { name: `a\u001b[31m\n${"x".repeat(500)}` }),
    );
    assert.ok(answer.answer === "ok");
    assert.match(answer.keyName, /^a·\[31m·x+…$/);
    assert.equal(answer.keyName.length, 80);
  });
});

/** Rule: docs/server.md#13-newer-servers, 5 and 7. */
describe("the HTTP API of a newer server", () => {
  it("says so where the queue operations of the application are limited, and refuses as ever", async () => {
    const queueLimit = { perMinute: 1, burst: 1, now: () => 0 };
    const simulator = await startSimulator({ version: "3.36", queueLimit });
    const { apiUrl: url, apiKey } = simulator;
    const api = createStackApi({ url, apiKey });
    assert.deepEqual(await api.canPush("app1", "door"), { answer: "ok" });
    assertRefused(await api.canPush("app1", "tracker"), "rate_limit_exceeded", 429);
    const { name, status } = { name: "", status: 0, ...(await api.downlinkQueue("app1", "nobody")) };
    assert.deepEqual([name, status], ["device_not_found", 404]);
    await simulator.stop();
  });
});

describe("the stack's HTTP API over TLS", () => {
  let certificates: ReturnType<typeof makeCertificates>;
  before(() => {
    certificates = makeCertificates();
  });

  it("trusts the authority of the connection, and nobody without", async () => {
    const server = await apiServer(
      { [AUTH_INFO]: authInfoAnswer(applicationIds("app1")) },
      certificates.signed,
    );
    const asked = (tls?: object) =>
      createStackApi({ url: server.url, apiKey: API_KEY, ...(tls ? { tls } : {}) }).authInfo();
    const ca = certificates.authority;
    assert.equal((await asked({ ca })).answer, "ok");
    assert.equal((await asked({ ca, servername: "tts.example.com" })).answer, "ok");
    const unreachable = { answer: "unknown", why: "unreachable" };
    assert.deepEqual(await asked(), unreachable);
    assert.deepEqual(await asked({ ca, servername: "other.example.com" }), unreachable);
    assert.equal(server.requests.length, 2);
    await server.close();
  });

  it("verifies also where the connection or the process does not", async () => {
    const server = await apiServer(
      { [AUTH_INFO]: authInfoAnswer(applicationIds("app1")) },
      certificates.selfSigned,
    );
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      const tls = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
      const answer = await createStackApi({ url: server.url, apiKey: API_KEY, tls }).authInfo();
      assert.deepEqual(answer, { answer: "unknown", why: "unreachable" });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
    assert.equal(server.requests.length, 0);
    await server.close();
  });

  it("does not ask with certificates that cannot be read", async () => {
    const tls = { cert: "nonsense", key: "nonsense" };
    const answer = await createStackApi({
      url: "https://127.0.0.1:9/api/v3",
      apiKey: API_KEY,
      tls,
    }).authInfo();
    assert.deepEqual(answer, { answer: "unknown", why: "not_asked" });
  });
});

describe("the address of the API", () => {
  const rows: [api: string, host: string, url: string | undefined][] = [
    ["", "eu1.cloud.thethings.network", "https://eu1.cloud.thethings.network/api/v3"],
    ["  ", "127.0.0.1", "https://127.0.0.1/api/v3"],
    ["", "::1", "https://[::1]/api/v3"],
    ["", "[2001:db8::1]", "https://[2001:db8::1]/api/v3"],
    ["", "", undefined],
    ["", "host/path", undefined],
    ["", "user@host", undefined],
    ["", "fe80::1%eth0", undefined],
    ["off", "localhost", undefined],
    ["OFF", "localhost", undefined],
    ["https://tts.example.com", "x", "https://tts.example.com/api/v3"],
    ["https://tts.example.com/", "x", "https://tts.example.com/api/v3"],
    ["https://tts.example.com/api/v3", "x", "https://tts.example.com/api/v3"],
    ["https://tts.example.com:8885/api/v3/", "x", "https://tts.example.com:8885/api/v3"],
    ["https://tts.example.com/api", "x", "https://tts.example.com/api/v3"],
    ["https://proxy.example.com/tts/", "x", "https://proxy.example.com/tts/api/v3"],
    ["http://localhost:1885/api/v3", "x", "http://localhost:1885/api/v3"],
    ["https://tts.example.com/?a=b#c", "x", "https://tts.example.com/api/v3"],
    ["https://user:secret@tts.example.com/", "x", undefined],
    ["https://eu1.cloud.thethings.network@evil.example", "x", undefined],
    ["http://localhost@evil.example", "x", undefined],
    ["http://tts.example.com", "x", undefined],
    ["http://192.168.1.7:1885", "x", undefined],
    ["http://127.0.0.1.evil.example", "x", undefined],
    ["HTTP://127.8.9.1:1885", "x", "http://127.8.9.1:1885/api/v3"],
    ["http://[::1]:1885/", "x", "http://[::1]:1885/api/v3"],
    [`https://a${"/".repeat(100_000)}`, "x", undefined],
    ["", "::1]@evil.example/[::", undefined],
    ["", "a@evil.example", undefined],
    ["tts.example.com", "x", undefined],
    ["ftp://tts.example.com", "x", undefined],
    ["https://", "x", undefined],
    ["https://a b", "x", undefined],
    ["nonsense", "x", undefined],
  ];
  for (const [api, host, url] of rows) {
    it(`of "${api}" on "${host}" is ${url ?? "none"}`.slice(0, 100), () =>
      assert.equal(apiUrl(api, host), url),
    );
  }
});
