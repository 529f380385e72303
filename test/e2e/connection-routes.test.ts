import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Locator } from "playwright-core";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import type { StepLine } from "../../nodes/tts-connection/report";
import { isJsonObject } from "../../src/stack/check";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import { CERTIFICATE } from "../simulator/certificate";
import { httpProxy, type TestProxy } from "../proxies";
import { freePort } from "../freePort";
import { EditorPage } from "./editor-page";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

/** bcrypt of "password", for tests. */
const HASH = "$2b$04$jH9RpXD/UhLv4n0ZHCQUPO5APQvcLO51VjpH8nBXnDCdHvf3toWf2";

const ADMIN_AUTH = {
  type: "credentials",
  users: [
    { username: "admin", password: HASH, permissions: "*" },
    { username: "reader", password: HASH, permissions: "read" },
    { username: "tester", password: HASH, permissions: ["read", "tts-connection.write"] },
  ],
};

/** What comes back is looked at as text, too. */
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly lines: readonly Record<string, unknown>[];
}

describe("the routes of the connection form", () => {
  let nodeRed: NodeRed;
  let simulator: Simulator;
  let other: Simulator;
  let encrypted: Simulator;
  let proxy: TestProxy;
  const simulators: Simulator[] = [];
  const tokens = new Map<string, string>();

  async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
    const started = await startSimulator(options);
    simulators.push(started);
    return started;
  }

  before(async function () {
    this.timeout(120_000);
    [simulator, other] = [await simulated(), await simulated()];
    encrypted = await simulated({ tls: CERTIFICATE });
    proxy = await httpProxy({ login: { user: "me", password: "s:cret" } });
    const flows: FlowNode[] = [
      { id: "tab", type: "tab", label: "Flow 1" },
      { id: "authority", type: "tls-config", cert: "", key: "", ca: "", verifyservercert: true },
      {
        ...{ id: "stored", type: "tts-connection", host: simulator.host, port: String(simulator.port) },
        ...{ useTls: false, applicationId: "app1", api: simulator.apiUrl },
      },
      {
        id: "fromEnvironment",
        type: "tts-connection",
        host: "${TTS_HOST}",
        port: "1",
        applicationId: "app1",
      },
      {
        ...{ id: "throughProxy", type: "tts-connection", host: "127.0.0.1", port: String(encrypted.port) },
        ...{ tls: "authority", applicationId: "app1", api: "off", proxy: `http://127.0.0.1:${proxy.port}` },
      },
      { id: "debug", type: "debug", z: "tab", wires: [] },
    ];
    nodeRed = await startNodeRed(flows, {
      credentials: {
        stored: { apiKey: simulator.apiKey },
        authority: { cadata: CERTIFICATE.cert },
        throughProxy: { apiKey: encrypted.apiKey, proxyUsername: "me", proxyPassword: "s:cret" },
      },
      settings: { adminAuth: ADMIN_AUTH },
      environment: {
        TTS_HOST: simulator.host,
        TTS_PORT: String(simulator.port),
        TTS_KEY: simulator.apiKey,
      },
    });
    for (const { username } of ADMIN_AUTH.users) {
      const body = {
        client_id: "node-red-admin",
        grant_type: "password",
        scope: "*",
        username,
        password: "password",
      };
      const answer = await fetch(`${nodeRed.url}/auth/token`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const granted: unknown = await answer.json();
      assert.ok(isJsonObject(granted), username);
      tokens.set(username, String(granted.access_token));
    }
  });
  after(async () => {
    await nodeRed.stop();
    await proxy.stop();
    await Promise.all(simulators.map((started) => started.stop()));
  });

  function headersOf(username: string | undefined): Record<string, string> {
    const token = username === undefined ? undefined : tokens.get(username);
    return {
      "Content-Type": "application/json",
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
  }

  async function send(route: string, body: string, username?: string): Promise<Answer> {
    const answer = await fetch(`${nodeRed.url}/tts-connection/${route}`, {
      method: "POST",
      headers: headersOf(username),
      body,
    });
    const text = await answer.text();
    for (const { apiKey } of simulators) assert.ok(!text.includes(apiKey.slice(-40)), "a key came back");
    return { status: answer.status, text, lines: answer.ok ? linesOf(text) : [] };
  }

  const linesOf = (text: string): Record<string, unknown>[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const parsed: unknown = JSON.parse(line);
        assert.ok(isJsonObject(parsed));
        return parsed;
      });

  interface Given {
    readonly id?: string;
    readonly apiKey?: string;
    readonly [property: string]: unknown;
  }

  /** A form for the first simulator. */
  function formOf({ id = "new", apiKey = simulator.apiKey, ...given }: Given = {}): string {
    const { proxyUsername = "", proxyPassword = "", ...properties } = given;
    const { host, port, apiUrl } = simulator;
    const usual = { host, port: String(port), useTls: false, applicationId: "app1", api: apiUrl };
    return JSON.stringify({
      id,
      properties: { ...CONNECTION_DEFAULTS, ...usual, ...properties },
      credentials: { apiKey, username: "", password: "", proxyUsername, proxyPassword },
    });
  }

  async function tested(given: Given = {}): Promise<Answer & { readonly outcomes: Record<string, unknown> }> {
    const answer = await send("test", formOf(given), "admin");
    assert.equal(answer.status, 200, answer.text);
    const steps = answer.lines.filter((line) => "step" in line) as unknown as StepLine[];
    return { ...answer, outcomes: Object.fromEntries(steps.map(({ step, outcome }) => [step, outcome])) };
  }

  const PASSED = { tcp: "passed", login: "passed", read: "passed", write: "passed", topics: "passed" };

  describe("ask who it is", () => {
    for (const route of ["test", "key"]) {
      it(`and let nobody in who may not deploy (${route})`, async () => {
        const before = simulators.map(({ connects, requests }) => connects.length + requests.length);
        for (const who of [undefined, "reader", "tester"])
          assert.equal((await send(route, formOf(), who)).status, 401, String(who));
        for (const who of ["reader", "tester"])
          assert.equal((await send(route, formOf({ id: "stored", apiKey: "__PWRD__" }), who)).status, 401);
        assert.deepEqual(
          simulators.map(({ connects, requests }) => connects.length + requests.length),
          before,
        );
      });
    }

    it("and there is nothing to read", async () => {
      for (const route of ["test", "key"]) {
        const answer = await fetch(`${nodeRed.url}/tts-connection/${route}`, { headers: headersOf("admin") });
        assert.equal(answer.status, 404);
      }
      const answer = await fetch(`${nodeRed.url}/credentials/tts-connection/stored`, {
        headers: headersOf("reader"),
      });
      assert.ok(!(await answer.text()).includes("NNSXS"));
    });
  });

  describe("have no button in the editor", () => {
    let editor: EditorPage;

    before(async function () {
      this.timeout(120_000);
      editor = await EditorPage.open(nodeRed, "en-US", { name: "admin", password: "password" });
    });
    after(() => editor.close());

    const openConnection = (): Promise<Locator> => editor.openConfig("tts-connection", "stored");

    it("but for who may deploy", async () => {
      const form = await openConnection();
      assert.equal(await form.locator("#node-config-input-apiKey").inputValue(), "__PWRD__");
      await form.getByRole("button", { name: "Test connection" }).click();
      await form.getByText("The connection works.").waitFor();
    });

    for (const name of ["reader", "tester"]) {
      it(`for who may not deploy (${name})`, async function () {
        this.timeout(120_000);
        await editor.openAs({ name, password: "password" });
        const form = await openConnection();
        const button = form.getByRole("button", { name: "Test connection" });
        assert.equal(await button.isVisible(), false);
        // A user who makes it visible is refused by Node-RED.
        await form.locator(".tts-test").evaluate((row) => (row.style.display = "block"));
        await button.click();
        await form.getByText("You may not test connections").waitFor();
        await form.locator("#node-config-input-apiKey").fill(simulator.apiKey);
        await form.locator("#node-config-input-apiKey").blur();
        assert.equal(await form.locator("#tts-connection-key-facts").innerText(), "");
        assert.equal(await form.locator("#tts-connection-key-link").isVisible(), false);
        await editor.screenshot(`tts-connection-${name}`);
      });
    }
  });

  describe("test the values in the form", () => {
    it("of a connection that was never saved", async () => {
      const { outcomes, lines } = await tested();
      assert.deepEqual(outcomes, PASSED);
      assert.deepEqual(lines.at(0), { steps: Object.keys(PASSED) });
      assert.deepEqual(lines.at(-1), { end: true });
      assert.equal(simulator.sessions, 0);
    });

    it("with values from the environment", async () => {
      const { outcomes } = await tested({ host: "${TTS_HOST}", port: "$(TTS_PORT)", apiKey: "${TTS_KEY}" });
      assert.deepEqual(outcomes, PASSED);
      const { lines } = await tested({ host: "${NOT_SET}" });
      assert.match(JSON.stringify(lines), /"error\.not-configured\.environment".*NOT_SET/);
    });

    it("with a deployed TLS configuration, and no other", async () => {
      const address = { host: "localhost", port: String(encrypted.port), useTls: true };
      const account = { apiKey: encrypted.apiKey, api: encrypted.apiUrl.replace("127.0.0.1", "localhost") };
      const { outcomes } = await tested({ ...address, ...account, tls: "authority" });
      assert.deepEqual(outcomes, { name: "passed", ...PASSED, tls: "passed" });
      for (const tls of ["not-there", "debug", "stored"]) {
        const { lines } = await tested({ ...address, ...account, tls });
        assert.match(
          JSON.stringify(lines),
          /"error\.(?:test\.tls-not-deployed|not-configured\.tls-kind)"/,
          tls,
        );
      }
    });

    it("and say what is missing", async () => {
      const { lines } = await tested({ applicationId: "" });
      assert.match(JSON.stringify(lines), /"error\.not-configured\.application-id"/);
    });
  });

  describe("take a stored key", () => {
    const stored = { id: "stored", apiKey: "__PWRD__" };

    it("to where it is stored for, whatever else stands in the form", async () => {
      assert.deepEqual((await tested(stored)).outcomes, PASSED);
      const wrong = await tested({ ...stored, applicationId: "other-app" });
      assert.equal(wrong.outcomes.login, "failed");
    });

    it("nowhere else", async () => {
      const before = other.connects.length + other.requests.length;
      for (const elsewhere of [
        { port: String(other.port) },
        { host: "localhost" },
        { host: `mqtt://${other.host}:${other.port}` },
        { useTls: true },
        { api: other.apiUrl },
        { service: "v2" },
        { service: "pubsub", topics: { uplink_message: "up" } },
      ]) {
        const { lines } = await tested({ ...stored, ...elsewhere });
        assert.equal(lines.length, 1, JSON.stringify(elsewhere));
        assert.match(JSON.stringify(lines), /"error\.(test\.stored-secret|not-configured\.service)"/);
      }
      assert.equal(other.connects.length + other.requests.length, before);
    });

    it("of a proxy to that proxy alone, and say what the proxy does", async () => {
      const elsewhere = await httpProxy();
      try {
        const url = `http://127.0.0.1:${proxy.port}`;
        const through = { id: "throughProxy", apiKey: "__PWRD__", proxyPassword: "__PWRD__" };
        const place = { port: String(encrypted.port), useTls: true, tls: "authority", api: "off" };
        const known = await tested({ ...through, ...place, proxyUsername: "me", proxy: url });
        assert.equal(known.outcomes.proxy, "passed");
        assert.equal(known.outcomes.login, "passed");
        const wrong = await tested({ ...through, ...place, proxyUsername: "other", proxy: url });
        assert.deepEqual(wrong.outcomes, { proxy: "failed" });
        assert.match(wrong.text, /refuses this user name or password/);
        const other = { proxy: `http://127.0.0.1:${elsewhere.port}` };
        const { lines } = await tested({ ...through, ...place, proxyUsername: "me", ...other });
        assert.match(JSON.stringify(lines), /"error\.test\.stored-proxy-password"/);
        assert.deepEqual(elsewhere.logins, []);
        // A key that is stored goes through any proxy: it is encrypted for a server that is checked.
        const { outcomes } = await tested({ id: "throughProxy", apiKey: "__PWRD__", ...place, ...other });
        assert.equal(outcomes.login, "passed");
      } finally {
        await elsewhere.stop();
      }
    });

    it("where the API is switched off in the form", async () => {
      const { outcomes } = await tested({ ...stored, api: "off" });
      assert.deepEqual(outcomes, { ...PASSED, read: "unknown", write: "unknown" });
    });

    it("of no other node, and of none that is not there", async () => {
      for (const id of ["new", "authority", "fromEnvironment", "__proto__", "constructor"]) {
        const { lines } = await tested({ ...stored, id });
        assert.match(JSON.stringify(lines), /"error\.not-configured\.api-key"/, id);
      }
      assert.equal((await send("key", formOf(stored), "admin")).status, 400);
    });
  });

  it("answer what is no form with a word, and nothing else happens", async () => {
    const form: unknown = JSON.parse(formOf());
    assert.ok(isJsonObject(form));
    for (const body of [
      "[]",
      "{}",
      '"text"'.padEnd(10),
      JSON.stringify({ id: "new" }),
      JSON.stringify({ ...form, id: 5 }),
      JSON.stringify({ ...form, id: "../../settings" }),
      JSON.stringify({ ...form, properties: [] }),
      JSON.stringify({ ...form, credentials: null }),
      JSON.stringify({ ...form, more: "x".repeat(100_000) }),
      '{"__proto__":{"id":"new"}}',
    ])
      for (const route of ["test", "key"]) {
        const answer = await send(route, body, "admin");
        assert.equal(answer.status, 400, body.slice(0, 80));
        if (/^[[{]/.test(body)) assert.match(answer.text, /"error\.test\.request"/);
      }
    for (const odd of [
      { host: { toString: "x" } },
      { host: "x".repeat(5_000) },
      { topics: ["a"] },
      { keepalive: null },
      { useTls: "true" },
      { service: "__proto__" },
      { tls: "__proto__" },
    ]) {
      const answer = await send("test", formOf({ host: "127.0.0.1", port: "1", ...odd }), "admin");
      assert.equal(answer.status, 200, JSON.stringify(odd).slice(0, 80));
    }
  });

  describe("are bounded", () => {
    /** Takes connections and is silent; tells when one is there, and when one is gone. */
    async function silentServer(): Promise<{ readonly server: Server; readonly port: number }> {
      const server = createServer((socket) => socket.on("error", () => undefined));
      server.listen(await freePort(), "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      return { server, port };
    }

    /** A test that goes on until its caller goes away. */
    async function endless(server: Server, port: number): Promise<{ leave(): Promise<void> }> {
      const connected = once(server, "connection");
      const call = request(`${nodeRed.url}/tts-connection/test`, {
        method: "POST",
        headers: headersOf("admin"),
      });
      call.on("error", () => undefined);
      call.end(formOf({ port: String(port), api: "off" }));
      const [socket] = (await connected) as [Socket];
      const closed = once(socket, "close");
      socket.resume();
      return {
        leave: async () => {
          call.destroy();
          await closed;
        },
      };
    }

    it("so that a connection ends when its caller goes away, and only a few are tried at a time", async () => {
      const { server, port } = await silentServer();
      const calls = [];
      for (let left = 4; left > 0; left--) calls.push(await endless(server, port));
      for (const route of ["test", "key"]) {
        const refused = await send(route, formOf(), "admin");
        assert.equal(refused.status, 429);
        assert.match(refused.text, /"error\.test\.busy"/);
      }
      await Promise.all(calls.map((call) => call.leave()));
      assert.deepEqual((await tested()).outcomes, PASSED);
      server.close();
    });
  });

  describe("tell of a key", () => {
    const ask = async (given: Given): Promise<Record<string, unknown>> => {
      const answer = await send("key", formOf(given), "admin");
      assert.equal(answer.status, 200);
      return answer.lines[0] ?? {};
    };

    it("whose it is and what it may do", async () => {
      assert.deepEqual(await ask({ applicationId: "" }), {
        answer: "known",
        keyName: simulator.apiKey.split(".")[1],
        owner: { kind: "application", id: "app1" },
        mayRead: true,
        mayWrite: true,
      });
    });

    it("that it is none, or that nothing is known", async () => {
      const unknown = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
      assert.deepEqual(await ask({ apiKey: unknown }), { answer: "invalid", why: "api_key_not_found" });
      assert.deepEqual(await ask({ api: "off" }), { answer: "unknown" });
      assert.deepEqual(await ask({ api: `http://127.0.0.1:${await freePort()}` }), { answer: "unknown" });
    });

    it("only where the certificate of the host is trusted", async () => {
      const address = { host: "localhost", apiKey: encrypted.apiKey };
      const api = encrypted.apiUrl.replace("127.0.0.1", "localhost");
      const before = encrypted.requests.length;
      assert.deepEqual(await ask({ ...address, api }), { answer: "unknown" });
      assert.equal(encrypted.requests.length, before);
      assert.equal((await ask({ ...address, api, useTls: true, tls: "authority" })).answer, "known");
    });
  });

  it("keep every key out of the log", () => {
    for (const { apiKey } of simulators) assert.ok(!nodeRed.log().includes(apiKey.slice(-40)));
  });
});
