import assert from "node:assert/strict";
import { ProxyServer } from "../../src/connection/proxy/server";
import { explainProblem, type ConnectionContext } from "../../src/diagnosis/connecting";
import { EventStream } from "../../src/diagnosis/eventStream";
import { createStackApi } from "../../src/diagnosis/stackApi";
import { stepsOf, tryConnection, type TrialSubject } from "../../src/diagnosis/trial";
import { stackService } from "../../src/services/stack";
import { apiKeyForm } from "../../src/stack/identifiers";
import type { StepResult } from "../../src/stack/trial";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import { httpProxy, socksProxy, type HttpProxyOptions, type TestProxy } from "../proxies";
import { CERTIFICATE } from "../simulator/certificate";
import { rendered } from "./catalogue";

describe("through a proxy", () => {
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  async function stack(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = await startSimulator({ tls: CERTIFICATE, ...options });
    running.push(simulator);
    return simulator;
  }

  async function proxied(options?: HttpProxyOptions): Promise<TestProxy> {
    const proxy = await httpProxy({ names: { localhost: "127.0.0.1" }, ...options });
    running.push(proxy);
    return proxy;
  }

  const serverOf = ({ port }: TestProxy, scheme: "http" | "socks5" = "http"): ProxyServer =>
    new ProxyServer({ scheme, host: "127.0.0.1", port });

  const targetOf = (simulator: Simulator, proxy: ProxyServer) => ({
    url: simulator.apiUrl.replace("127.0.0.1", "localhost"),
    apiKey: simulator.apiKey,
    tls: { ca: CERTIFICATE.cert },
    proxy,
  });

  it("the HTTP API is asked, and the proxy sees no key", async () => {
    const simulator = await stack();
    const proxy = await proxied();
    const socks = await socksProxy({ names: { localhost: "127.0.0.1" } });
    running.push(socks);
    for (const server of [serverOf(proxy), serverOf(socks, "socks5")]) {
      const api = createStackApi(targetOf(simulator, server));
      const info = await api.authInfo();
      assert.equal(info.answer, "ok");
      assert.equal((await api.downlinkQueue("app1", "door")).answer, "ok");
    }
    for (const { tunnels, seen } of [proxy, socks]) {
      assert.deepEqual(new Set(tunnels), new Set([`localhost:${String(simulator.httpPort)}`]));
      assert.ok(!seen().includes(simulator.apiKey.slice(-52)));
    }
  });

  it("the HTTP API cannot be reached where the proxy does not permit it", async () => {
    const simulator = await stack();
    const proxy = await proxied({ status: 403 });
    const api = createStackApi(targetOf(simulator, serverOf(proxy)));
    assert.deepEqual(await api.authInfo(), { answer: "unknown", why: "unreachable" });
    assert.equal(simulator.requests.length, 0);
  });

  it("the HTTP API is trusted by its certificate, not by the proxy", async () => {
    const simulator = await stack();
    const proxy = await proxied({ names: { "tts.example.com": "127.0.0.1" } });
    const target = targetOf(simulator, serverOf(proxy));
    const url = target.url.replace("localhost", "tts.example.com");
    const answer = await createStackApi({ ...target, url }).authInfo();
    assert.deepEqual(answer, { answer: "unknown", why: "unreachable" });
    assert.equal(simulator.requests.length, 0);
  });

  it("events come as they happen", async () => {
    const simulator = await stack();
    const proxy = await proxied();
    let opened = (): void => undefined;
    const isOpen = new Promise<void>((resolve) => (opened = resolve));
    let came = (_name: string): void => undefined;
    const name = new Promise<string>((resolve) => (came = resolve));
    const stream = new EventStream({
      target: targetOf(simulator, serverOf(proxy)),
      identifiers: [{ application_ids: { application_id: "app1" } }],
      names: "^ns\\.",
      onEvent: (event) => came(String(event.name)),
      onState: ({ state }) => {
        if (state === "open") opened();
      },
    });
    try {
      await isOpen;
      simulator.refuseJoin("door", "reuse_dev_nonce");
      assert.match(await name, /^ns\.up\.join/);
      assert.equal(proxy.tunnels.length, 1);
    } finally {
      stream.end();
    }
  });

  const contextOf = (simulator: Simulator, proxy: ProxyServer): ConnectionContext => ({
    ...{ service: "stack", host: "localhost", port: simulator.port, useTls: true },
    ...{ applicationId: "app1", userName: "app1", now: Date.now(), proxy },
    keyForm: apiKeyForm(simulator.apiKey),
  });

  it("a certificate that is refused is looked at", async () => {
    const simulator = await stack();
    const proxy = await proxied();
    const context = contextOf(simulator, serverOf(proxy));
    const problem = { problem: "certificate", errorCode: "DEPTH_ZERO_SELF_SIGNED_CERT" } as const;
    const explanation = await explainProblem(problem, context, undefined);
    assert.equal(explanation.key, "error.certificate.self-signed");
    assert.equal(proxy.tunnels.length, 1);
  });

  describe("a test of a connection", () => {
    function subjectOf(simulator: Simulator, proxy: ProxyServer): TrialSubject {
      const { port, apiKey } = simulator;
      return {
        endpoint: { host: "localhost", port, tls: { ca: CERTIFICATE.cert }, proxy },
        service: stackService({ applicationId: "app1", apiKey }),
        keepalive: 30,
        context: contextOf(simulator, proxy),
        api: createStackApi(targetOf(simulator, proxy)),
      };
    }

    async function tried(subject: TrialSubject): Promise<StepResult[]> {
      const results: StepResult[] = [];
      await tryConnection(subject, (result) => results.push(result), new AbortController().signal);
      return results;
    }

    it("has the proxy as its first step instead of name and port, which are the proxy's to find", async () => {
      const simulator = await stack();
      const proxy = await proxied();
      const subject = subjectOf(simulator, serverOf(proxy));
      assert.deepEqual(stepsOf(subject), ["proxy", "tls", "login", "read", "write", "topics"]);
      const results = await tried(subject);
      assert.deepEqual(
        new Set(results.map(({ step, outcome }) => `${step} ${outcome}`)),
        new Set(stepsOf(subject).map((step) => `${step} passed`)),
      );
      assert.deepEqual(results[0], {
        step: "proxy",
        outcome: "passed",
        facts: { proxy: `http://127.0.0.1:${String(proxy.port)}` },
      });
    });

    const FAULTS: readonly (readonly [string, HttpProxyOptions, RegExp])[] = [
      ["wants a login", { login: { user: "a", password: "b" } }, /wants a user name and a password/],
      [
        "does not permit the server",
        { status: 403 },
        /does not permit localhost:\d+ \(403\).*port 443 alone/s,
      ],
      ["cannot reach the server", { status: 504 }, /cannot reach localhost:\d+ \(504\)/],
      ["is none", { status: 400 }, /no proxy of this kind \(400\)/],
    ];
    for (const [what, options, words] of FAULTS)
      it(`says in that step that the proxy ${what}`, async () => {
        const simulator = await stack();
        const proxy = await proxied(options);
        const [result, ...more] = await tried(subjectOf(simulator, serverOf(proxy)));
        assert.deepEqual([result?.step, result?.outcome, more], ["proxy", "failed", []]);
        assert.ok(result?.text);
        assert.match(rendered(result.text), words);
        assert.ok(rendered(result.text).includes(`http://127.0.0.1:${String(proxy.port)}`));
      });
  });
});
