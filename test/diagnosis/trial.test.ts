import assert from "node:assert/strict";
import type tls from "node:tls";
import { createStackApi } from "../../src/diagnosis/stackApi";
import { stepsOf, tryConnection, type TrialSubject } from "../../src/diagnosis/trial";
import type { StepResult } from "../../src/stack/trial";
import { stackService } from "../../src/services/stack";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import { apiKeyForm } from "../../src/stack/identifiers";
import { freePort } from "../freePort";
import { CERTIFICATE } from "../simulator/certificate";
import { rendered } from "./catalogue";
import { READ, WRITE } from "./stackAnswers";

interface Tried {
  /** `step outcome` in the order in which they came. */
  readonly line: readonly string[];
  readonly of: (step: string) => StepResult;
  readonly text: (step: string) => string;
}

interface Given {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: tls.ConnectionOptions;
  readonly apiKey?: string;
  readonly applicationId?: string;
  readonly tenantId?: string;
  readonly api?: "off";
}

describe("a test of a connection", () => {
  const simulators: Simulator[] = [];
  afterEach(async () => {
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
  });

  async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = await startSimulator(options);
    simulators.push(simulator);
    return simulator;
  }

  function subjectOf(simulator: Simulator | undefined, given: Given = {}): TrialSubject {
    const { host = "127.0.0.1", port = simulator?.port ?? 1, applicationId = "app1", tenantId } = given;
    const { apiKey = simulator?.apiKey ?? "" } = given;
    const account = { applicationId, ...(tenantId === undefined ? {} : { tenantId }) };
    const url = simulator?.apiUrl.replace("127.0.0.1", "localhost");
    return {
      endpoint: { host, port, ...(given.tls ? { tls: given.tls } : {}) },
      service: stackService({ ...account, apiKey }),
      keepalive: 30,
      context: {
        ...{ service: "stack", host, port, useTls: given.tls !== undefined, ...account },
        userName: tenantId === undefined ? applicationId : `${applicationId}@${tenantId}`,
        keyForm: apiKeyForm(apiKey),
        keyLength: apiKey.length,
        now: Date.now(),
      },
      ...(url === undefined || given.api === "off"
        ? {}
        : { api: createStackApi({ url, apiKey, tls: { ca: CERTIFICATE.cert } }) }),
    };
  }

  async function tried(subject: TrialSubject, patience?: number): Promise<Tried> {
    const results: StepResult[] = [];
    await tryConnection(subject, (result) => results.push(result), new AbortController().signal, patience);
    const known = stepsOf(subject);
    for (const { step } of results) assert.ok(known.includes(step), `${step} was not announced`);
    const { password = "" } = subject.service.login;
    assert.ok(password.length < 8 || !JSON.stringify(results).includes(password.slice(-40)));
    const of = (step: string): StepResult => {
      const [found, ...more] = results.filter((result) => result.step === step);
      assert.ok(found && more.length === 0, `${step}: ${JSON.stringify(results)}`);
      return found;
    };
    return {
      line: results.map(({ step, outcome }) => `${step} ${outcome}`),
      of,
      text: (step) => {
        const { text } = of(step);
        assert.ok(text, `nothing is said of ${step}`);
        return rendered(text);
      },
    };
  }

  describe("that works", () => {
    it("reports each step as it passes", async () => {
      const simulator = await simulated();
      const subject = subjectOf(simulator, { host: "localhost" });
      assert.deepEqual(stepsOf(subject), ["name", "tcp", "login", "read", "write", "topics"]);
      const { line, of } = await tried(subject);
      assert.deepEqual(line.slice(0, 3), ["name passed", "tcp passed", "login passed"]);
      assert.deepEqual([...line.slice(3)].sort(), ["read passed", "topics passed", "write passed"]);
      assert.match(String(of("name").facts?.address), /^(127\.0\.0\.1|::1)$/);
      assert.equal(of("login").facts?.userName, "app1");
    });

    it("tells the names and dates of the certificate", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const { line, of } = await tried(subjectOf(simulator, { tls: { ca: CERTIFICATE.cert } }));
      assert.deepEqual(line.slice(0, 3), ["tcp passed", "tls passed", "login passed"]);
      assert.deepEqual(of("tls").facts, {
        names: "localhost, 127.0.0.1",
        issuer: "localhost",
        until: "2126-10-28 07:05 UTC",
      });
    });

    it("warns of a certificate that nobody checked", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const { of, text } = await tried(subjectOf(simulator, { tls: { rejectUnauthorized: false } }));
      assert.equal(of("tls").outcome, "warning");
      assert.equal(of("tls").facts?.names, "localhost, 127.0.0.1");
      assert.match(text("tls"), /was not checked/);
      assert.equal(of("login").outcome, "passed");
    });

    it("leaves nothing behind, and takes the client ID of nobody", async () => {
      const simulator = await simulated();
      const gone = simulator.next("disconnect");
      await tried(subjectOf(simulator));
      await gone;
      assert.equal(simulator.sessions, 0);
      assert.match(String(simulator.connects[0]?.clientId), /^node-red-test-[0-9a-f]{12}$/);
      assert.equal(simulator.publishes.length, 0);
    });

    it("becomes no member of a group that shares messages", async () => {
      const simulator = await simulated();
      const subject = subjectOf(simulator);
      const filter = "v3/app1/devices/+/up";
      const shared = { filter: `$share/group/${filter}`, qos: 1, kinds: [] } as const;
      const { of } = await tried({
        ...subject,
        service: { ...subject.service, subscriptions: () => [shared] },
      });
      assert.equal(of("topics").outcome, "passed");
      assert.deepEqual(
        simulator.subscribes.flatMap(({ filters }) => filters.map((asked) => asked.filter)),
        [filter],
      );
    });

    it("names a right that the key lacks, and where to grant it", async () => {
      const simulator = await simulated();
      const readOnly = simulator.addKey({ name: "mqtt", rights: [READ] });
      const first = await tried(subjectOf(simulator, { apiKey: readOnly }));
      assert.equal(first.of("read").outcome, "passed");
      assert.equal(first.of("write").outcome, "warning");
      assert.match(
        first.text("write"),
        /“mqtt” may not send.* lacks the right “Write downlink application traffic”/,
      );
      const writeOnly = simulator.addKey({ name: "mqtt", rights: [WRITE] });
      const second = await tried(subjectOf(simulator, { apiKey: writeOnly }));
      assert.equal(second.of("read").outcome, "failed");
      assert.match(second.text("read"), /lacks the right “Read application traffic \(uplink and downlink\)”/);
      assert.equal(second.of("topics").outcome, "passed");
    });

    it("does not know the rights where the HTTP API does not answer or is switched off", async () => {
      const simulator = await simulated();
      const off = await tried(subjectOf(simulator, { api: "off" }));
      assert.deepEqual([off.of("read").outcome, off.of("write").outcome], ["unknown", "unknown"]);
      simulator.api("error");
      const broken = await tried(subjectOf(simulator));
      assert.deepEqual([broken.of("read").outcome, broken.of("write").outcome], ["unknown", "unknown"]);
    });
  });

  describe("that fails says at which step and why", () => {
    it("for a name that is not found", async () => {
      const { line, text } = await tried(subjectOf(undefined, { host: "no-such-host.invalid", port: 1883 }));
      assert.deepEqual(line, ["name failed"]);
      assert.match(text("name"), /no-such-host\.invalid/);
    });

    it("for a port where nobody listens", async () => {
      const port = await freePort();
      const { line, text } = await tried(subjectOf(undefined, { port }));
      assert.deepEqual(line, ["tcp failed"]);
      assert.match(text("tcp"), new RegExp(`Nothing listens on 127\\.0\\.0\\.1:${port}`));
    });

    it("for TLS at a port without", async () => {
      const simulator = await simulated();
      const { line, text } = await tried(subjectOf(simulator, { tls: {} }));
      assert.deepEqual(line, ["tcp passed", "tls failed"]);
      assert.match(text("tls"), /does not speak TLS/);
    });

    it("for no TLS at a port with it", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const { line, text } = await tried(subjectOf(simulator));
      assert.deepEqual(line, ["tcp passed", "login failed"]);
      assert.match(text("login"), /expects TLS/);
    });

    it("for a certificate that nobody knows, and for one with other names", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const unknown = await tried(subjectOf(simulator, { tls: {} }));
      assert.deepEqual(unknown.line, ["tcp passed", "tls failed"]);
      assert.match(unknown.text("tls"), /self-signed certificate.*“localhost”.*2126-10-28/);
      const tls = { ca: CERTIFICATE.cert, servername: "tts.example.com" };
      const other = await tried(subjectOf(simulator, { tls }));
      assert.match(
        other.text("tls"),
        /not for the Server Name “tts\.example\.com”\. .* for localhost, 127\.0\.0\.1\./,
      );
    });

    it("for a server that takes the connection and is silent", async () => {
      const simulator = await simulated();
      simulator.freeze(true);
      const { line, text } = await tried(subjectOf(simulator), 100);
      assert.deepEqual(line, ["tcp passed", "login failed"]);
      assert.match(text("login"), /says nothing/);
    });

    it("for a server that closes before the login", async () => {
      const simulator = await simulated();
      simulator.closeBeforeConnack(true);
      const { line, text } = await tried(subjectOf(simulator, { port: simulator.port }));
      assert.deepEqual(line, ["tcp passed", "login failed"]);
      assert.match(text("login"), /ends the connection|ends it at once/);
    });

    it("for another protocol, a limit, and a login that is refused whatever the key", async () => {
      const simulator = await simulated();
      for (const [code, words] of [
        [1, /does not speak MQTT 3\.1\.1/],
        [3, /no further login/],
        [5, /although the API key is valid/],
      ] as const) {
        simulator.refuse(code);
        const { line, text } = await tried(subjectOf(simulator));
        assert.deepEqual(line, ["tcp passed", "login failed"]);
        assert.match(text("login"), words);
      }
    });

    it("for a key of another application, one that was deleted, one that expired", async () => {
      const simulator = await simulated();
      const other = await tried(subjectOf(simulator, { applicationId: "other-app" }));
      assert.match(other.text("login"), /belongs to application app1/);
      const key = simulator.addKey();
      simulator.removeKey(key);
      assert.match(
        (await tried(subjectOf(simulator, { apiKey: key }))).text("login"),
        /does not know this API key/,
      );
      const old = simulator.addKey();
      simulator.expireKey(old);
      assert.match((await tried(subjectOf(simulator, { apiKey: old }))).text("login"), /has expired/);
    });

    it("for a tenant where there is none", async () => {
      const simulator = await simulated();
      const { text } = await tried(subjectOf(simulator, { tenantId: "ttn" }));
      assert.match(text("login"), /user name app1 only/);
    });

    it("for what is no key", async () => {
      const simulator = await simulated();
      for (const [apiKey, words] of [
        ["NNSXS.ABC", /has only 9 of 98 characters/],
        ["ttn-account-v2.abcdef", /access key of TTN V2/],
        ["A".repeat(39), /only the ID of an API key/],
        ["a-password", /does not look like an API key/],
      ] as const)
        assert.match((await tried(subjectOf(simulator, { apiKey }))).text("login"), words);
    });

    it("without the HTTP API, by what is likely", async () => {
      const simulator = await simulated();
      const { text } = await tried(subjectOf(simulator, { applicationId: "other-app", api: "off" }));
      assert.match(text("login"), /no such application/);
    });

    it("for a subscription that is refused", async () => {
      const simulator = await simulated();
      simulator.refuseTopics(true);
      const { of, text } = await tried(subjectOf(simulator));
      assert.equal(of("login").outcome, "passed");
      assert.equal(of("topics").outcome, "failed");
      assert.match(text("topics"), /subscription to v3\/app1\/devices\/\+\/\w+ was refused/);
    });

    it("for a connection that ends after the login", async () => {
      const simulator = await simulated();
      simulator.events.once("connect", () => simulator.resetAll());
      const { of, text } = await tried(subjectOf(simulator));
      assert.equal(of("topics").outcome, "failed");
      assert.match(text("topics"), /was ended/);
    });
  });

  it("ends with the connection closed, and says no more, when it is stopped", async () => {
    const simulator = await simulated();
    simulator.freeze(true);
    const stop = new AbortController();
    const results: StepResult[] = [];
    const onStep = (result: StepResult): void => {
      results.push(result);
      stop.abort();
    };
    await tryConnection(subjectOf(simulator), onStep, stop.signal);
    simulator.freeze(false);
    await tryConnection(subjectOf(simulator), onStep, stop.signal);
    assert.deepEqual(
      results.map(({ step }) => step),
      ["tcp"],
    );
    assert.equal(simulator.sessions, 0);
  });
});
