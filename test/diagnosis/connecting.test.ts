import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import type { ConnectionProblem } from "../../src/connection/problem";
import { explainProblem, type ConnectionContext } from "../../src/diagnosis/connecting";
import { createStackApi, type StackApi } from "../../src/diagnosis/stackApi";
import type { Explanation } from "../../src/stack/explanation";
import type { ApiKeyForm } from "../../src/stack/identifiers";
import { CERTIFICATE } from "../simulator/certificate";
import { rendered } from "./catalogue";
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

const CONTEXT: ConnectionContext = {
  service: "stack",
  host: "tts.example.com",
  port: 8883,
  useTls: true,
  userName: "app1",
  applicationId: "app1",
  keyForm: "api_key",
  now: Date.UTC(2026, 10, 21, 7, 0),
};
const ACCEPTED = Date.UTC(2026, 10, 21, 6, 30);

const WITH_TENANT = { tenantId: "ttn", userName: "app1@ttn" };
const LOGIN: ConnectionProblem = { problem: "login_refused", returnCode: 5 };

function explain(
  problem: ConnectionProblem,
  context: Partial<ConnectionContext> = {},
  api?: StackApi,
): Promise<Explanation> {
  return explainProblem(problem, { ...CONTEXT, ...context }, api);
}

/** With an API that answers so. */
async function explainWith(
  authInfo: Answer,
  rights: Answer,
  context: Partial<ConnectionContext> = {},
  problem: ConnectionProblem = LOGIN,
): Promise<Explanation> {
  const server = await apiServer({ [AUTH_INFO]: authInfo, [RIGHTS]: rights });
  try {
    const explanation = await explain(problem, context, createStackApi({ url: server.url, apiKey: API_KEY }));
    assert.ok(!JSON.stringify(explanation).includes("BBBBBBBB"));
    return explanation;
  } finally {
    await server.close();
  }
}

function says(explanation: Explanation, code: string, key: string, ...parts: (string | RegExp)[]): void {
  assert.equal(explanation.key, key);
  assert.equal(explanation.code, code);
  const text = rendered(explanation);
  for (const part of parts) {
    if (typeof part === "string") assert.ok(text.includes(part), `"${part}" in: ${text}`);
    else assert.match(text, part);
  }
}

describe("why there is no connection", () => {
  const rows: [
    title: string,
    problem: ConnectionProblem,
    context: Partial<ConnectionContext>,
    key: string,
    ...parts: (string | RegExp)[],
  ][] = [
    ["names the host that is not found", { problem: "host_not_found", errorCode: "ENOTFOUND" }, {}, "error.host-not-found.unknown", "tts.example.com"],
    ["knows the clusters by their names", { problem: "host_not_found", errorCode: "ENOTFOUND" }, { host: "eu1.clod.thethings.network" }, "error.host-not-found.near", "did you mean eu1.cloud.thethings.network?"],
    ["knows those of Cloud with their tenants", { problem: "host_not_found", errorCode: "ENOTFOUND" }, { host: "acme.nam1.cloud.thethings.industry" }, "error.host-not-found.near", "did you mean acme.nam1.cloud.thethings.industries?"],
    ["doubts no name that is right", { problem: "host_not_found", errorCode: "ENOTFOUND" }, { host: "eu1.cloud.thethings.network" }, "error.host-not-found.known", "DNS"],
    ["asks for the tenant in front of a Cloud cluster", { problem: "host_not_found", errorCode: "ENOTFOUND" }, { host: "eu1.cloud.thethings.industries" }, "error.host-not-found.cloud", "my-tenant.eu1.cloud"],
    ["tells a missing name server from an unknown name", { problem: "host_not_found", errorCode: "EAI_AGAIN" }, {}, "error.host-not-found.no-name-server", "DNS"],
    ["names the port where nobody listens", { problem: "no_connection", errorCode: "ECONNREFUSED" }, { port: 1234 }, "error.no-connection.refused", "1234", "8883", "1883"],
    ["says what localhost means in a container", { problem: "no_connection", errorCode: "ECONNREFUSED" }, { host: "localhost" }, "error.no-connection.local", "container"],
    ["thinks of a firewall at a time-out", { problem: "no_connection", errorCode: "ETIMEDOUT" }, {}, "error.no-connection.timeout", "firewall"],
    ["says that there is no way", { problem: "no_connection", errorCode: "EHOSTUNREACH" }, {}, "error.no-connection.unreachable", "network"],
    ["gives the code of other errors", { problem: "no_connection", errorCode: "EPERM" }, {}, "error.no-connection.other", "EPERM"],
    ["says that TLS is on and the port speaks plain", { problem: "tls_mismatch" }, { port: 1883 }, "error.tls-mismatch.with-tls", "1883", "8883"],
    ["knows the wish for a client certificate", { problem: "tls_failed", errorCode: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" }, {}, "error.tls-failed.client-certificate"],
    ["knows one that is not taken", { problem: "tls_failed", errorCode: "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA" }, { tls: { cert: "" } }, "error.tls-failed.client-certificate-refused", "refuses the client certificate"],
    ["knows old versions of TLS", { problem: "tls_failed", errorCode: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" }, {}, "error.tls-failed.version", "TLS 1.2"],
    ["knows unreadable files of one's own", { problem: "tls_failed", errorCode: "ERR_OSSL_PEM_NO_START_LINE" }, {}, "error.tls-failed.own-files", "PEM"],
    ["gives the code of other TLS failures", { problem: "tls_failed", errorCode: "ERR_SSL_INTERNAL" }, {}, "error.tls-failed.other", "ERR_SSL_INTERNAL"],
    ["says that the server is silent", { problem: "no_answer" }, {}, "error.no-answer", "overloaded"],
    ["thinks of a limit when closed before the login", { problem: "closed" }, {}, "error.closed.stack", "limits"],
    ["does not speak of The Things Stack to a broker", { problem: "closed" }, { service: "pubsub" }, "error.closed.server", /^(?!.*Stack)/],
    ["says that a session went silent", { problem: "server_silent" }, {}, "error.server-silent", "keep alive"],
    ["says that a session was ended", { problem: "connection_lost", errorCode: "ECONNRESET" }, {}, "error.connection-lost", "restarted"],
    ["says that another client may have the same client ID", { problem: "connection_lost", soon: true }, { service: "pubsub", clientId: "node-red-1" }, "error.client-id-taken", "same client ID “node-red-1”"],
    ["says nothing of client IDs where they are made up", { problem: "connection_lost", soon: true }, { service: "pubsub" }, "error.connection-lost", "restarted"],
    ["says that a message was too large", { problem: "too_large", megabytes: 16 }, {}, "error.too-large", "16 MB"],
  ]; // prettier-ignore
  for (const [title, problem, context, key, ...parts] of rows) {
    it(title, async () => says(await explain(problem, context), "connection_failed", key, ...parts));
  }
});

describe("a port without TLS that ends the connection at once", () => {
  const servers: net.Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function explainAt(server: net.Server, service: ConnectionContext["service"]): Promise<Explanation> {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return explain({ problem: "tls_mismatch" }, { host: "127.0.0.1", port, useTls: false, service });
  }

  it("expects TLS where it answers to it", async () => {
    const server = tls.createServer(CERTIFICATE, (socket) => socket.on("error", () => undefined));
    says(await explainAt(server, "pubsub"), "connection_failed", "error.tls-mismatch.without-tls", "1883");
  });

  it("else takes no connection, as a broker that has as many as it allows", async () => {
    const full = (): net.Server => net.createServer((socket) => socket.destroy());
    const key = "error.closed.server";
    says(await explainAt(full(), "pubsub"), "connection_failed", key, "as many connections as it allows");
    says(await explainAt(full(), "stack"), "connection_failed", "error.closed.stack", "limits");
  });
});

describe("why a server says no", () => {
  it("to the protocol", async () => {
    says(
      await explain({ problem: "protocol_refused" }),
      "connection_refused",
      "error.protocol-refused",
      "3.1.1",
    );
  });

  it("to one more connection", async () => {
    const stack = await explain({ problem: "limit_reached" });
    says(stack, "connection_refused", "error.limit-reached.stack", "same API key");
    const broker = await explain({ problem: "limit_reached" }, { service: "pubsub" });
    says(broker, "connection_refused", "error.limit-reached.server", /^(?!.*API key)/);
  });

  it("to a subscription", async () => {
    const problem: ConnectionProblem = { problem: "topic_refused", filter: "v3/app1@ttn/devices/+/up" };
    const stack = await explain(problem, WITH_TENANT);
    says(stack, "subscription_refused", "error.topic-refused.stack", problem.filter, "app1@ttn");
    const broker = await explain(problem, { service: "pubsub", userName: "" });
    says(broker, "subscription_refused", "error.topic-refused.server", problem.filter);
    const closed = await explain({ ...problem, closed: true }, { service: "pubsub", userName: "" });
    says(
      closed,
      "subscription_refused",
      "error.topic-refused.closed",
      problem.filter,
      "may not read",
      "cluster",
    );
  });
});

describe("a refused login, when the stack tells about the key", () => {
  const mine = authInfoAnswer(applicationIds("app1"), { name: "mqtt" });
  const refused = "connection_refused";

  it("names the application that the key belongs to", async () => {
    const answer = authInfoAnswer(applicationIds("other-app"), { name: "mqtt" });
    const explanation = await explainWith(answer, rightsAnswer());
    says(
      explanation,
      refused,
      "error.login-refused.other-application",
      "“mqtt” belongs to application other-app",
      "Applications → app1 → API keys",
    );
  });

  it("gives the ID of a key without a name", async () => {
    const explanation = await explainWith(authInfoAnswer(applicationIds("other-app")), rightsAnswer());
    assert.match(rendered(explanation), /^The API key “PUBC2D\w{2}…” belongs to application other-app/);
  });

  it("names the user, organization or gateway without rights on the application", async () => {
    for (const [kind, key] of [
      ["user", "error.login-refused.user-without-rights"],
      ["organization", "error.login-refused.organization-without-rights"],
      ["gateway", "error.login-refused.gateway-key"],
      ["client", "error.login-refused.client-key"],
    ] as const) {
      const answer = authInfoAnswer({ [`${kind}_ids`]: { [`${kind}_id`]: "jane" } }, { name: "mqtt" });
      says(await explainWith(answer, rightsAnswer()), refused, key, "jane", "app1");
    }
  });

  it("says that the key is deleted, cut off, or none", async () => {
    const { deleted, wrongSecret, noKey } = REFUSALS;
    says(await explainWith(deleted, deleted), refused, "error.login-refused.key-deleted", "deleted");
    says(
      await explainWith(wrongSecret, wrongSecret),
      refused,
      "error.login-refused.wrong-secret",
      "as a whole",
    );
    says(await explainWith(noKey, noKey), refused, "error.login-refused.no-key", "NNSXS.");
  });

  it("says since when the key has expired, where that was seen before", async () => {
    const { expired } = REFUSALS;
    says(await explainWith(expired, expired), refused, "error.login-refused.key-expired", "expired");
    const keyExpiresAt = Date.UTC(2026, 10, 20, 12, 0);
    const explanation = await explainWith(expired, expired, { keyExpiresAt });
    says(explanation, refused, "error.login-refused.key-expired-on", "2026-11-20 12:00 UTC");
  });

  it("looks for the reason elsewhere when the key is right", async () => {
    const explanation = await explainWith(mine, rightsAnswer(READ, WRITE));
    says(explanation, refused, "error.login-refused.valid", "two minutes", "tts.example.com");
  });

  it("doubts a tenant that the server may not have", async () => {
    const explanation = await explainWith(mine, rightsAnswer(READ), WITH_TENANT);
    says(
      explanation,
      refused,
      "error.login-refused.valid-no-tenant",
      "as app1@ttn",
      /^Empty the tenant: this server knows the user name app1 only\./,
    );
  });

  it("knows the tenants of the hosted clusters", async () => {
    const key = "error.login-refused.valid-other-tenant";
    const sandbox = await explainWith(mine, rightsAnswer(READ), { host: "eu1.cloud.thethings.network" });
    says(sandbox, refused, key, "the user name here is app1@ttn");
    const cloud = await explainWith(mine, rightsAnswer(READ), {
      ...WITH_TENANT,
      host: "acme.eu1.cloud.thethings.industries",
    });
    says(cloud, refused, key, "the user name here is app1@acme");
    const right = await explainWith(mine, rightsAnswer(READ), {
      ...WITH_TENANT,
      host: "eu1.cloud.thethings.network",
    });
    says(right, refused, "error.login-refused.valid");
  });

  it("blames nobody when a valid key was accepted before", async () => {
    const explanation = await explainWith(mine, rightsAnswer(READ), { acceptedUntil: ACCEPTED });
    says(
      explanation,
      refused,
      "error.login-refused.valid-and-accepted-before",
      "2026-11-21 06:30 UTC",
      "two minutes",
    );
  });
});

describe("a refused login, when nobody tells about the key", () => {
  const refused = "connection_refused";

  it("names a port that is for gateways, where the key may well be right", async () => {
    const port = 1882;
    const key = "error.login-refused.gateway-port";
    says(await explain(LOGIN, { port }), refused, key, "Port 1882 is for gateways", "1883", "8883");
    const valid = [authInfoAnswer(applicationIds("app1")), rightsAnswer(READ, WRITE)] as const;
    says(await explainWith(...valid, { port }), refused, key);
    const other = [authInfoAnswer(applicationIds("other")), rightsAnswer()] as const;
    says(await explainWith(...other, { port }), refused, "error.login-refused.other-application");
    const before = { port, acceptedUntil: ACCEPTED };
    says(await explain(LOGIN, before), refused, "error.login-refused.accepted-before");
  });

  it("gives the likely reasons", async () => {
    says(await explain(LOGIN), refused, "error.login-refused.likely", "no such application", "app1");
    const html = { status: 502, body: "<html>" };
    says(await explainWith(html, html), refused, "error.login-refused.likely");
  });

  it("puts the tenant first where it does not fit the host", async () => {
    says(
      await explain(LOGIN, WITH_TENANT),
      refused,
      "error.login-refused.likely-no-tenant",
      "app1@ttn",
      "Empty the tenant if this server has none: the user name is then app1.",
    );
    const sandbox = await explain(LOGIN, { host: "nam1.cloud.thethings.network" });
    says(sandbox, refused, "error.login-refused.likely-other-tenant", "the user name here is app1@ttn");
  });

  it("says until when the key was accepted", async () => {
    const explanation = await explain(LOGIN, { ...WITH_TENANT, acceptedUntil: ACCEPTED });
    says(explanation, refused, "error.login-refused.accepted-before", "2026-11-21 06:30 UTC");
  });
});

describe("a refused login at another server", () => {
  const refused = "connection_refused";
  const pubsub = { service: "pubsub", userName: "node-red" } as const;

  it("is about user name and password of a broker, never about API keys", async () => {
    const noStack = /^(?!.*(API key|Things Stack))/;
    says(await explain(LOGIN, pubsub), refused, "error.login-refused.user-name", "node-red", noStack);
    says(
      await explain(LOGIN, { ...pubsub, userName: "" }),
      refused,
      "error.login-refused.no-user-name",
      noStack,
    );
    const changed = await explain(LOGIN, { ...pubsub, acceptedUntil: ACCEPTED });
    says(changed, refused, "error.login-refused.server-accepted-before", "06:30", noStack);
    const clientId = await explain({ problem: "login_refused", returnCode: 2 }, pubsub);
    says(clientId, refused, "error.login-refused.client-id", "client ID", noStack);
  });

  it("is about the access key of a V2 network", async () => {
    const noStack = /^(?!.*(API key|Things Stack))/;
    says(await explain(LOGIN, { service: "v2" }), refused, "error.login-refused.v2", "access key", noStack);
    const accepted = await explain(LOGIN, { service: "v2", acceptedUntil: ACCEPTED });
    says(accepted, refused, "error.login-refused.v2-accepted-before", "06:30", noStack);
    const form = await explain(LOGIN, { service: "v2", accessKeyForm: "other" });
    says(form, refused, "error.login-refused.v2-key-form", "ttn-account-v2.", noStack);
    const own = await explain(LOGIN, { service: "v2", accessKeyForm: "access_key_v2" });
    says(own, refused, "error.login-refused.v2", noStack);
  });

  it("tells a V2 network and The Things Stack apart where their hosts or keys are mixed up", async () => {
    const key = await explain(LOGIN, { service: "v2", accessKeyForm: "api_key" });
    says(key, refused, "error.login-refused.v2-api-key", "choose The Things Stack");
    for (const host of ["eu1.cloud.thethings.network", "acme.eu1.cloud.thethings.industries"]) {
      const mixed = await explain(LOGIN, { service: "v2", host });
      says(mixed, refused, "error.login-refused.v2-at-stack", host);
    }
  });

  it("tells a broker of one's own and The Things Stack apart where their hosts or passwords are mixed up", async () => {
    const filter = "ttn/my-app/up";
    const TOPIC: ConnectionProblem = { problem: "topic_refused", filter };
    const mixed: readonly Partial<ConnectionContext>[] = [
      { service: "pubsub", host: "eu1.cloud.thethings.network", userName: "" },
      { service: "pubsub", host: "tts.example.com", passwordIsApiKey: true },
    ];
    for (const context of mixed) {
      says(
        await explain(LOGIN, context),
        refused,
        "error.login-refused.pubsub-at-stack",
        "MQTT broker of your own",
      );
      says(await explain(TOPIC, context), "subscription_refused", "error.topic-refused.at-stack", filter);
    }
    const v2: Partial<ConnectionContext> = { service: "v2", accessKeyForm: "api_key" };
    says(await explain(TOPIC, v2), "subscription_refused", "error.topic-refused.at-stack", filter);
  });

  it("knows the pages that people read, choose a cluster or sign in on", async () => {
    const problems: ConnectionProblem[] = [
      { problem: "host_not_found", errorCode: "ENOTFOUND" },
      { problem: "no_connection", errorCode: "ETIMEDOUT" },
    ];
    const pages = ["console.cloud.thethings.network", "www.thethingsnetwork.org", "thethingsindustries.com"];
    const others = [
      "eu1.cloud.thethings.network",
      "acme.eu1.cloud.thethings.industries",
      "console.example.com",
    ];
    for (const problem of problems) {
      for (const host of [...pages, "id.thethings.network", "console.cloud.thethings.industries"])
        says(await explain(problem, { host }), "connection_failed", "error.no-connection.web-page", host);
      for (const host of others)
        assert.notEqual((await explain(problem, { host })).key, "error.no-connection.web-page", host);
      const broker = await explain(problem, { service: "pubsub", host: "www.thethingsnetwork.org" });
      assert.notEqual(broker.key, "error.no-connection.web-page");
    }
  });

  it("knows that the public V2 network is gone", async () => {
    const problems: ConnectionProblem[] = [
      { problem: "host_not_found", errorCode: "ENOTFOUND" },
      { problem: "no_connection", errorCode: "ETIMEDOUT" },
    ];
    for (const problem of problems) {
      const gone = await explain(problem, { service: "v2", host: "eu.thethings.network" });
      says(gone, "connection_failed", "error.no-connection.public-v2", "December 2021");
      for (const host of ["v2.example.com", "eu1.cloud.thethings.network", "not-thethings.network"])
        assert.notEqual((await explain(problem, { service: "v2", host })).key, gone.key, host);
    }
  });

  it("has no Console to look into", async () => {
    const problems: ConnectionProblem[] = [
      { problem: "host_not_found", errorCode: "ENOTFOUND" },
      { problem: "host_not_found", errorCode: "EAI_AGAIN" },
      { problem: "no_connection", errorCode: "ECONNREFUSED" },
      { problem: "no_connection", errorCode: "ETIMEDOUT" },
      { problem: "tls_mismatch" },
      { problem: "tls_failed", errorCode: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" },
      { problem: "tls_failed", errorCode: "ERR_SSL_UNSUPPORTED_PROTOCOL" },
      { problem: "no_answer" },
      { problem: "closed" },
      { problem: "protocol_refused" },
      { problem: "limit_reached" },
      { problem: "server_silent" },
      { problem: "connection_lost" },
    ];
    for (const problem of problems) {
      const text = rendered(await explain(problem, { ...pubsub, userName: "", applicationId: "" }));
      assert.doesNotMatch(text, /Things Stack|API key|Console/);
    }
  });

  it("never asks the API", async () => {
    const server = await apiServer({});
    const api = createStackApi({ url: server.url, apiKey: API_KEY });
    await explain(LOGIN, pubsub, api);
    await explain(LOGIN, { service: "v2" }, api);
    assert.equal(server.requests.length, 0);
    await server.close();
  });
});

describe("a login refused with something that is no API key", () => {
  const problem = (form: ApiKeyForm): ConnectionProblem => ({ problem: "key_form", returnCode: 5, form });
  const refused = "connection_refused";

  it("says what it looks like", async () => {
    says(await explain(problem("access_key_v2")), refused, "error.key-form.access-key-v2", "V2");
    says(await explain(problem("key_id")), refused, "error.key-form.key-id", "only the ID");
    says(await explain(problem("cut_off")), refused, "error.key-form.cut-off", "98");
    says(
      await explain(problem("cut_off"), { keyLength: 71 }),
      refused,
      "error.key-form.cut-off-at",
      "71 of 98 characters",
    );
    says(await explain(problem("empty")), refused, "error.key-form.empty", "No API key");
    says(await explain(problem("other")), refused, "error.key-form.other", "NNSXS.");
  });

  it("believes the stack more than the looks", async () => {
    const answer = authInfoAnswer(applicationIds("other-app"), { name: "mqtt" });
    const explanation = await explainWith(answer, rightsAnswer(), {}, problem("other"));
    says(explanation, refused, "error.login-refused.other-application");
    const { noKey } = REFUSALS;
    says(await explainWith(noKey, noKey, {}, problem("other")), refused, "error.key-form.other");
  });
});

describe("values from elsewhere", () => {
  it("are shortened and shown without control characters", async () => {
    const filter = `v3/\u0007\u202e${"x".repeat(1000)}`;
    const { values } = await explain({ problem: "topic_refused", filter });
    assert.match(String(values.filter), /^v3\/··x+…$/);
    assert.equal(String(values.filter).length, 120);
  });
});
