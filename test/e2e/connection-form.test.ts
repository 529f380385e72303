import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import { READ_ONLY, WRITE_ONLY } from "../nodes/rights";
import { startOddBroker } from "../broker/oddBroker";
import { CERTIFICATE } from "../simulator/certificate";
import { EditorPage } from "./editor-page";
import { assertFits, assertReadable, assertWellMade, NARROW } from "./form-checks";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

/** The part of the editor's global that this file uses. */
declare const RED: {
  nodes: { eachConfig(look: (node: { credentials?: Record<string, string> }) => void): void };
};

const KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
const EU1 = "eu1.cloud.thethings.network";

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  ...["u1", "u2"].map((id, row) => ({
    ...{ id, type: "tts-uplink", z: "tab1", connection: "", wires: [[]] },
    ...{ x: 200, y: 100 + row * 60 },
  })),
  { id: "authority", type: "tls-config", name: "own CA", cert: "", key: "", ca: "" },
  // Of the tests that cancel: nothing listens there.
  {
    id: "c1",
    type: "tts-connection",
    host: "127.0.0.1",
    port: "1",
    applicationId: "my-app",
    tenantId: "ttn",
  },
];

const selectorOf = (name: string): string => `#node-config-input-${name}`;

describe("the form of a connection", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;
  const simulators: Simulator[] = [];

  before(async function () {
    this.timeout(120_000);
    nodeRed = await startNodeRed(FLOWS);
    editor = await EditorPage.open(nodeRed);
    await editor.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });
  afterEach(async () => {
    await editor.closeForms();
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
    assert.deepEqual(editor.errors.splice(0), []);
  });

  async function simulated(options: SimulatorOptions = {}): Promise<Simulator> {
    const simulator = await startSimulator(options);
    simulators.push(simulator);
    return simulator;
  }

  /** The form of a new connection. */
  async function newConnection(): Promise<Locator> {
    const config = await editor.openConfig("tts-connection", "_ADD_");
    await hasFocus();
    return config;
  }

  /** The same, in place: by the button in the form of a node. */
  async function newConnectionOf(node: string): Promise<Locator> {
    const form = await editor.openNode(node);
    const config = await editor.newConnection(form);
    await hasFocus();
    return config;
  }

  /** The editor gives the focus to a form a moment after it is there. */
  const hasFocus = (): Promise<unknown> =>
    editor.page.waitForFunction(() => {
      const tray = document.activeElement?.closest(".red-ui-tray");
      return Boolean(tray?.querySelector("#node-config-dialog-edit-form"));
    });

  const values = (form: Locator, ...names: string[]): Promise<string[]> =>
    Promise.all(names.map((name) => form.locator(selectorOf(name)).inputValue()));

  async function enter(form: Locator, name: string, value: string): Promise<void> {
    await form.locator(selectorOf(name)).fill(value);
    await form.locator(selectorOf(name)).blur();
  }

  /** As by Ctrl+V, over what is there. */
  async function paste(form: Locator, name: string, text: string): Promise<void> {
    await editor.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await form.locator(selectorOf(name)).focus();
    await form.locator(selectorOf(name)).press("Control+A");
    await form.locator(selectorOf(name)).press("Control+V");
    await form.locator(selectorOf(name)).blur();
  }

  const cluster = (form: Locator): Locator => form.getByLabel("Cluster");
  const line = async (form: Locator): Promise<string> =>
    (await form.locator("#tts-connection-line").innerText()).trim();

  describe("has a server for each service", () => {
    const choose = (form: Locator, service: string): Promise<void> =>
      form.locator(`input[name='tts-connection-service'][value='${service}']`).check();

    it("and the port of the one does not go to the other", async () => {
      const form = await newConnection();
      await choose(form, "pubsub");
      await enter(form, "host", "broker.example.com");
      await enter(form, "port", "1884");
      await choose(form, "stack");
      assert.deepEqual(await values(form, "host", "port"), [EU1, ""]);
      await choose(form, "pubsub");
      assert.deepEqual(await values(form, "host", "port"), ["broker.example.com", "1884"]);
    });

    it("and the demo keeps that of the account, also after a look at others", async () => {
      const form = await newConnection();
      await enter(form, "host", "tts.example.com");
      await choose(form, "v2");
      await choose(form, "demo");
      assert.deepEqual(await values(form, "host"), ["tts.example.com"]);
    });

    it("and a password is taken as it is typed, with its spaces", async () => {
      const form = await newConnection();
      await choose(form, "pubsub");
      await enter(form, "host", "127.0.0.1");
      await enter(form, "port", "1");
      await enter(form, "username", " me ");
      await enter(form, "password", " secret ");
      await form.locator("#tts-connection-usual-topics").click();
      const asked = editor.page.waitForRequest((request) => request.url().includes("/tts-connection/test"));
      await form.locator("#tts-connection-test").click();
      const body = (await asked).postDataJSON() as { credentials: Record<string, string> };
      assert.deepEqual([body.credentials.username, body.credentials.password], ["me", " secret "]);
      await editor.doneConfig();
      const credentials = await editor.page.evaluate(() => {
        let found: unknown;
        RED.nodes.eachConfig((node) => {
          if (node.credentials?.username === "me") found = node.credentials.password;
        });
        return found;
      });
      assert.equal(credentials, " secret ");
    });
  });

  describe("knows the public clusters", () => {
    it("and fills in host and tenant of the Sandbox", async () => {
      const form = await newConnectionOf("u1");
      assert.equal(await cluster(form).inputValue(), "sandbox-eu1");
      await enter(form, "applicationId", "my-app");
      await cluster(form).selectOption("sandbox-nam1");
      assert.deepEqual(await values(form, "host", "tenantId", "port"), [
        "nam1.cloud.thethings.network",
        "ttn",
        "",
      ]);
      assert.equal(await line(form), "Signs in as my-app@ttn on nam1.cloud.thethings.network:8883 (TLS)");
      await assertWellMade(form);
      await assertFits(form);
      await editor.screenshot("tts-connection-new");
    });

    it("and asks for the tenant of a Cloud cluster, which becomes a part of the host", async () => {
      const form = await newConnection();
      const hint = form.locator("#tts-connection-tenant-hint");
      assert.equal(await hint.isVisible(), false);
      await form.locator(selectorOf("useTls")).uncheck();
      await cluster(form).selectOption("cloud-eu1");
      assert.deepEqual(await values(form, "host", "tenantId"), ["eu1.cloud.thethings.industries", ""]);
      assert.equal(await form.locator(selectorOf("useTls")).isChecked(), true);
      assert.match(await hint.innerText(), /tenant stands in front of the host/);
      assert.equal(
        await form.locator(selectorOf("tenantId")).evaluate((input) => input === document.activeElement),
        true,
      );
      await editor.screenshot("tts-connection-cloud-without-tenant");
      await enter(form, "tenantId", "acme");
      assert.deepEqual(await values(form, "host"), ["acme.eu1.cloud.thethings.industries"]);
      assert.equal(await hint.isVisible(), false);
      await cluster(form).selectOption("cloud-as1");
      assert.deepEqual(await values(form, "host", "tenantId"), [
        "acme.as1.cloud.thethings.industries",
        "acme",
      ]);
      await cluster(form).selectOption("sandbox-eu1");
      assert.deepEqual(await values(form, "host", "tenantId"), [EU1, "ttn"]);
    });

    it("and shows the cluster of the host that is typed", async () => {
      const form = await newConnection();
      await enter(form, "host", "acme.nam1.cloud.thethings.industries");
      assert.equal(await cluster(form).inputValue(), "cloud-nam1");
      assert.deepEqual(await values(form, "tenantId"), ["acme"]);
      await enter(form, "host", "tts.example.com");
      assert.equal(await cluster(form).inputValue(), "other");
      assert.deepEqual(await values(form, "tenantId"), [""]);
      await enter(form, "tenantId", "mine");
      await enter(form, "host", "tts2.example.com");
      assert.deepEqual(await values(form, "tenantId"), ["mine"]);
      await cluster(form).selectOption("sandbox-eu1");
      await cluster(form).selectOption("other");
      assert.deepEqual(await values(form, "host", "tenantId"), ["", ""]);
    });
  });

  describe("when it is new", () => {
    it("has no red field before one is left", async () => {
      const form = await newConnection();
      const reason = form.locator("#node-config-input-applicationId-reason");
      const border = (name: string): Promise<string> =>
        form.locator(selectorOf(name)).evaluate((field) => getComputedStyle(field).borderColor);
      assert.deepEqual(await form.locator(".tts-reason:not(:empty)").allInnerTexts(), []);
      assert.equal(await border("apiKey"), await border("clientId"));
      await form.locator(selectorOf("applicationId")).fill("My App");
      assert.equal(await reason.innerText(), "");
      await form.locator(selectorOf("applicationId")).blur();
      assert.match(await reason.innerText(), /my-app/);
      assert.notEqual(await border("applicationId"), await border("clientId"));
    });

    it("has the tenant of the host while that is typed", async () => {
      const form = await newConnection();
      await form.locator(selectorOf("host")).fill("tts.example.com");
      assert.deepEqual(await values(form, "tenantId"), [""]);
      await form.locator(selectorOf("host")).fill("nam1.cloud.thethings.network");
      assert.deepEqual(await values(form, "tenantId"), ["ttn"]);
      await enter(form, "tenantId", "mine");
      await form.locator(selectorOf("host")).fill("tts.example.com");
      assert.deepEqual(await values(form, "tenantId"), ["mine"]);
    });
  });

  describe("puts each part where it belongs", () => {
    const block = [
      "Connection information",
      `Public address\t${EU1}:1883`,
      `Public TLS address\t${EU1}:8883`,
      "Connection credentials",
      "Username\tdoor-bells@ttn",
      `Password\t${KEY}`,
    ].join("\n");

    for (const name of ["host", "applicationId", "tenantId", "apiKey"]) {
      it(`when the Console's whole block is pasted into ${name}`, async () => {
        const form = await newConnection();
        await enter(form, "host", "127.0.0.1");
        await form.locator("summary").last().click();
        await enter(form, "api", "off");
        await paste(form, name, block);
        assert.deepEqual(await values(form, "host", "port", "applicationId", "tenantId", "apiKey"), [
          EU1,
          "",
          "door-bells",
          "ttn",
          KEY,
        ]);
        assert.equal(
          await form.locator("#tts-connection-filled-in").innerText(),
          "Filled in: Host, Application ID, Tenant, API key",
        );
        if (name === "host") await editor.screenshot("tts-connection-pasted");
      });
    }

    it("when a line of it, a URL, a topic or a key is pasted into the wrong field", async () => {
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", "off");
      await paste(form, "apiKey", "my-app@ttn");
      assert.deepEqual(await values(form, "applicationId", "tenantId", "apiKey"), ["my-app", "ttn", ""]);
      await paste(form, "applicationId", "mqtts://tts.example.com:1884");
      assert.deepEqual(await values(form, "host", "port", "applicationId"), [
        "tts.example.com",
        "1884",
        "my-app",
      ]);
      await paste(form, "host", KEY);
      assert.deepEqual(await values(form, "host", "apiKey"), ["tts.example.com", KEY]);
      await paste(form, "host", "https://acme.eu2.cloud.thethings.industries/console/applications/other-app");
      assert.deepEqual(await values(form, "host", "applicationId", "tenantId", "port"), [
        "acme.eu2.cloud.thethings.industries",
        "other-app",
        "acme",
        "",
      ]);
      await paste(form, "tenantId", `v3/third@ttn/devices/+/up`);
      assert.deepEqual(await values(form, "applicationId", "tenantId"), ["third", "ttn"]);
      await paste(form, "host", "tts.example.com:1883");
      assert.equal(await form.locator(selectorOf("useTls")).isChecked(), false);
      assert.equal(await line(form), "Signs in as third on tts.example.com:1883 (not encrypted)");
    });

    it("when a key, or a part of one, is pasted where it would stand in the flow", async () => {
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", "off");
      for (const name of ["name", "port", "clientId", "api", "proxy", "host", "applicationId", "tenantId"])
        for (const key of [KEY, KEY.slice(0, -1), `ttn-account-v2.${"a".repeat(43)}`]) {
          const before = await values(form, name);
          await enter(form, "apiKey", "");
          await paste(form, name, key);
          assert.deepEqual(await values(form, name, "apiKey"), [...before, key], name);
          assert.equal(await form.locator("#tts-connection-filled-in").innerText(), "Filled in: API key");
        }
      await paste(form, "tenantId", "@mine");
      assert.deepEqual(await values(form, "host", "tenantId"), [EU1, "mine"]);
    });

    it("when a key is pasted as the application or host of another service", async () => {
      const form = await newConnection();
      const access = `ttn-account-v2.${"a".repeat(43)}`;
      await form.locator("input[name='tts-connection-service'][value='v2']").check();
      await paste(form, "applicationId", access);
      assert.deepEqual(await values(form, "applicationId", "apiKey"), ["", access]);
      assert.equal(await form.locator("#tts-connection-filled-in").innerText(), "Filled in: Access key");
      await form.locator("input[name='tts-connection-service'][value='pubsub']").check();
      await paste(form, "host", KEY);
      assert.deepEqual(await values(form, "host", "password"), ["", KEY]);
      assert.equal(await form.locator("#tts-connection-filled-in").innerText(), "Filled in: Password");
    });

    it("when a key has spaces and quotes around and in it", async () => {
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", "off");
      await paste(form, "apiKey", ` "${KEY.slice(0, 50)}\n ${KEY.slice(50)}" `);
      assert.deepEqual(await values(form, "apiKey"), [KEY]);
      assert.equal(await form.locator("#tts-connection-key-hint").innerText(), "");
      await enter(form, "apiKey", `${KEY.slice(0, 20)} ${KEY.slice(20)}`);
      assert.deepEqual(await values(form, "apiKey"), [KEY]);
    });

    it("and not out of a text of more than 20,000 characters", async () => {
      const form = await newConnection();
      await enter(form, "host", "tts.example.com");
      await paste(form, "applicationId", `${block}\n${"x".repeat(20_000)}`);
      assert.deepEqual(await values(form, "host", "tenantId", "apiKey"), ["tts.example.com", "", ""]);
      assert.equal(await form.locator("#tts-connection-filled-in").innerText(), "");
    });

    it("and leaves alone what is one value", async () => {
      const form = await newConnection();
      await paste(form, "applicationId", "my-app");
      await paste(form, "tenantId", "my-tenant");
      await paste(form, "host", "tts.example.com");
      assert.deepEqual(await values(form, "host", "applicationId", "tenantId"), [
        "tts.example.com",
        "my-app",
        "my-tenant",
      ]);
      assert.equal(await form.locator("#tts-connection-filled-in").innerText(), "");
    });
  });

  describe("says what to enter in the Console for a Pub/Sub", () => {
    it("ready to be copied, and neither client ID nor password", async () => {
      const form = await newConnection();
      await form.getByLabel("Pub/Sub on my broker").check();
      const table = form.locator("#tts-connection-console");
      const rows = async (): Promise<string[]> => {
        const texts = await table.locator("dt, code").allInnerTexts();
        return texts.map((text) => text.trim());
      };
      assert.deepEqual(await rows(), [
        ...["Provider", "MQTT", "Format", "JSON", "Server URL", "–"],
        ...["QoS", "1 – at least once", "Base topic", "–"],
      ]);
      await enter(form, "host", "broker.example.com");
      await enter(form, "baseTopic", "ttn/my-app");
      await enter(form, "username", "me");
      await enter(form, "password", "secret-word");
      await form.locator("summary").last().click();
      await enter(form, "clientId", "node-red-1");
      await form.locator(selectorOf("qos")).selectOption("2");
      assert.deepEqual((await rows()).slice(4), [
        ...["Server URL", "mqtts://broker.example.com:8883"],
        ...["QoS", "2 – exactly once", "Base topic", "ttn/my-app"],
      ]);
      assert.doesNotMatch(await form.locator(".tts-box").innerText(), /secret-word|node-red-1/);
      const copied = async (label: string): Promise<string> => {
        await form.getByRole("button", { name: `Copy: ${label}` }).click();
        return editor.page.evaluate(() => navigator.clipboard.readText());
      };
      assert.equal(await copied("Server URL"), "mqtts://broker.example.com:8883");
      assert.equal(await copied("Base topic"), "ttn/my-app");
      await form.getByRole("button", { name: "Fill in usual names" }).click();
      assert.equal(await copied("Downlink queue invalidated"), "down/invalidated");
      assert.equal(await form.getByText("Normalized uplink").count(), 0);
      await form.locator(selectorOf("useTls")).uncheck();
      assert.equal(await copied("Server URL"), "mqtt://broker.example.com:1883");
      await editor.screenshot("tts-connection-console");
    });
  });

  describe("tests the connection with the values in it", () => {
    const button = (form: Locator): Locator => form.getByRole("button", { name: "Test connection" });
    const step = (form: Locator, name: string): Locator => form.locator(`#tts-connection-step-${name}`);

    /** A form that is filled in for a simulator. */
    async function filledIn(
      simulator: Simulator,
      api = simulator.apiUrl,
      opened = newConnection(),
    ): Promise<Locator> {
      const form = await opened;
      await form.locator("summary").last().click();
      await enter(form, "api", api);
      await enter(form, "host", `mqtt://${simulator.host}:${simulator.port}`);
      await enter(form, "applicationId", simulator.userName);
      await enter(form, "apiKey", simulator.apiKey);
      return form;
    }

    /** Presses the button, and gives the last line when the test has ended. */
    async function test(form: Locator): Promise<string> {
      await button(form).click();
      const end = form.locator("#tts-connection-test-end");
      await end.filter({ hasText: /\S/ }).waitFor({ timeout: 15_000 });
      await button(form).waitFor();
      return end.innerText();
    }

    const outcomes = (form: Locator): Promise<string[]> =>
      form
        .locator("#tts-connection-steps > li")
        .evaluateAll((items) =>
          items.map((item) => `${item.id.slice(20)} ${item.getAttribute("class")?.slice(12) ?? ""}`),
        );

    it("at a broker of one's own, without a login, and says what only messages can show", async () => {
      const broker = await startOddBroker();
      try {
        const form = await newConnection();
        await form.getByLabel("Pub/Sub on my broker").check();
        await enter(form, "host", `mqtt://${broker.host}:${broker.port}`);
        await form.getByRole("button", { name: "Fill in usual names" }).click();
        assert.match(await test(form), /^The connection works\. Whether the topics are those of the Console/);
        assert.deepEqual(await outcomes(form), ["tcp passed", "login passed", "topics passed"]);
        assert.doesNotMatch(await step(form, "login").innerText(), /signed in as/);
      } finally {
        await broker.stop();
      }
    });

    it("step by step, and all is well", async () => {
      const simulator = await simulated();
      const form = await filledIn(simulator);
      assert.equal(await test(form), "The connection works.");
      assert.deepEqual(await outcomes(form), [
        "tcp passed",
        "login passed",
        "read passed",
        "write passed",
        "topics passed",
      ]);
      assert.match(await step(form, "login").innerText(), /signed in as app1/);
      await assertFits(form);
      await assertWellMade(form);
      await assertReadable(form);
      await editor.screenshot("tts-connection-tested");
      assert.equal(simulator.sessions, 0);
      await enter(form, "applicationId", "other");
      assert.match(await form.locator("#tts-connection-test-end").innerText(), /has changed since this test/);
    });

    it("and names certificate, names and dates", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const form = await filledIn(simulator, "off");
      await enter(form, "host", `mqtts://localhost:${simulator.port}`);
      assert.equal(await test(form), "The connection does not work yet.");
      assert.deepEqual(await outcomes(form), [
        "name passed",
        "tcp passed",
        "tls failed",
        "login skipped",
        "read skipped",
        "write skipped",
        "topics skipped",
      ]);
      assert.match(
        await step(form, "tls").innerText(),
        /for localhost, 127\.0\.0\.1, valid until 2126-10-28/,
      );
      await assertFits(form);
      await editor.screenshot("tts-connection-test-certificate");
    });

    it("and says for each step that fails why, and what to do", async () => {
      const simulator = await simulated();
      const form = await filledIn(simulator);
      const fails = async (name: string, why: RegExp): Promise<void> => {
        assert.equal(await test(form), "The connection does not work yet.");
        assert.equal(
          (await outcomes(form)).find((outcome) => outcome.endsWith(" failed")),
          `${name} failed`,
        );
        assert.match(await step(form, name).innerText(), why);
      };
      await enter(form, "applicationId", "other-app");
      await fails("login", /belongs to application app1/);
      await enter(form, "applicationId", "app1");
      const [host] = await values(form, "host");
      await enter(form, "host", "no-such-host.invalid");
      await fails("name", /was not found/);
      await enter(form, "host", host ?? "");
      await enter(form, "port", "1");
      await fails("tcp", /Nothing listens on 127\.0\.0\.1:1/);
      await enter(form, "port", String(simulator.port));
      await form.locator(selectorOf("useTls")).check();
      await fails("tls", /does not speak TLS/);
      await form.locator(selectorOf("useTls")).uncheck();
      simulator.refuse(3);
      await fails("login", /takes no further login/);
      simulator.refuse(undefined);
      simulator.closeBeforeConnack(true);
      await fails("login", /expects TLS|ends the connection/);
      simulator.closeBeforeConnack(false);
      simulator.refuseTopics(true);
      await fails("topics", /subscription to .* was refused/);
      await editor.screenshot("tts-connection-test-failed");
    });

    it("and names a right that the key lacks", async () => {
      const simulator = await simulated();
      const form = await filledIn(simulator);
      simulator.setRights(simulator.apiKey, READ_ONLY);
      assert.equal(await test(form), "The connection works, with the remark above.");
      assert.match(await step(form, "write").innerText(), /lacks the right “Write downlink/);
      await editor.screenshot("tts-connection-test-remark");
      simulator.setRights(simulator.apiKey, WRITE_ONLY);
      assert.equal(await test(form), "The connection does not work yet.");
      assert.match(await step(form, "read").innerText(), /lacks the right “Read application traffic/);
      await form.locator(selectorOf("api")).fill("off");
      assert.match(await test(form), /read and send is not known/);
      assert.match(await step(form, "read").innerText(), /switched off/);
    });

    it("says what is missing in the form", async () => {
      const simulator = await simulated();
      const form = await filledIn(simulator);
      await enter(form, "apiKey", "");
      assert.match(await test(form), /has no API key/);
    });

    it("can be stopped, by its button and by closing the form", async () => {
      const simulator = await simulated();
      const form = await filledIn(simulator);
      simulator.freeze(true);
      await button(form).click();
      await step(form, "tcp").and(form.locator(".tts-step-is-passed")).waitFor();
      await form.getByRole("button", { name: "Stop" }).click();
      assert.equal(await form.locator("#tts-connection-test-end").innerText(), "Stopped.");
      await button(form).click();
      await step(form, "tcp").and(form.locator(".tts-step-is-passed")).waitFor();
      await editor.cancelConfig();
      simulator.freeze(false);
    });

    it("in amber where the HTTP API does not tell the rights, and names it", async () => {
      const simulator = await simulated();
      simulator.api("error");
      const form = await filledIn(simulator);
      assert.match(await test(form), /^Signed in\. Whether the key may read and send is not known: /);
      const end = form.locator("#tts-connection-test-end");
      assert.match((await end.getAttribute("class")) ?? "", /tts-warned/);
      assert.match(
        await step(form, "read").innerText(),
        new RegExp(`${simulator.apiUrl} did not answer .*HTTP API`),
      );
      assert.ok(await end.evaluate((line) => line.getBoundingClientRect().bottom <= window.innerHeight));
      await assertReadable(form);
      await editor.screenshot("tts-connection-rights-unknown");
      await enter(form, "api", "OFF");
      assert.match(await test(form), /is not known/);
      assert.match(await step(form, "read").innerText(), /switched off/);
    });

    it("in a narrow tray", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const style = await editor.page.addStyleTag({
        content: ".red-ui-tray, .red-ui-tray-body { width: 300px !important; min-width: 0 !important; }",
      });
      const form = await filledIn(simulator, "off");
      await enter(form, "host", `mqtts://localhost:${simulator.port}`);
      await test(form);
      await assertFits(form);
      await editor.screenshot("narrow-300-tts-connection-tested");
      await style.evaluate((element: HTMLElement) => element.remove());
    });

    it("can be reached and pressed by keyboard", async () => {
      const simulator = await simulated();
      const form = await filledIn(simulator);
      await form.locator(selectorOf("useTls")).focus();
      await form.locator(selectorOf("useTls")).press("Tab");
      await editor.page.keyboard.press("Enter");
      await form.locator("#tts-connection-test-end").filter({ hasText: "works" }).waitFor();
    });

    it("with the stored key, which goes nowhere else", async () => {
      const simulator = await simulated();
      const other = await simulated();
      await filledIn(simulator, simulator.apiUrl, newConnectionOf("u2"));
      await editor.doneConfig();
      await editor.done();
      const flow = await editor.deploy();
      await editor.workspace.shows("u2", /^waiting/);
      assert.equal((await editor.workspace.export()).includes("NNSXS"), false);
      assert.equal(JSON.stringify(flow).includes(simulator.apiKey), false);
      const id = String(flow.find(({ port }) => port === String(simulator.port))?.id);
      const form = await editor.openConfig("tts-connection", id);
      assert.deepEqual(await values(form, "apiKey"), ["__PWRD__"]);
      assert.equal(await test(form), "The connection works.");
      await enter(form, "port", String(other.port));
      assert.match(await test(form), /stored one goes only to the server/);
      await editor.screenshot("tts-connection-test-stored");
      assert.equal(other.connects.length, 0);
    });

    it("and says that it knows nothing of changes of a TLS configuration that are not deployed", async () => {
      const simulator = await simulated({ tls: CERTIFICATE });
      const testWithAuthority = async (): Promise<string> => {
        const form = await filledIn(simulator, "off");
        await enter(form, "host", `mqtts://localhost:${simulator.port}`);
        await form.locator(selectorOf("tls")).selectOption("authority");
        return test(form);
      };
      assert.equal(await testWithAuthority(), "The connection does not work yet.");
      await editor.closeForms();
      const authority = await editor.openConfig("tls-config", "authority");
      await enter(authority, "name", "another name");
      await editor.doneConfig();
      // It marks no config node as changed.
      if (await editor.isBefore("4.0")) return;
      assert.match(await testWithAuthority(), /has changes that are not deployed: .* without them\.$/);
    });
  });

  describe("asks what a pasted key may do", () => {
    const facts = (form: Locator): Locator => form.locator("#tts-connection-key-facts");
    const askButton = (form: Locator): Locator =>
      form.getByRole("button", { name: /^Ask 127\.0\.0\.1:\d+ what this key may do$/ });
    /** At an address of its own the API is asked on a button that names it. */
    async function pasteAndAsk(form: Locator, key: string): Promise<void> {
      await paste(form, "apiKey", key);
      await askButton(form).click();
    }

    it("and fills in the application ID", async () => {
      const simulator = await simulated({
        keys: [{ name: "mqtt", expiresAt: new Date("2027-03-01T00:00:00Z") }],
      });
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", simulator.apiUrl);
      await enter(form, "host", `mqtt://${simulator.host}:${simulator.port}`);
      await pasteAndAsk(form, simulator.apiKey);
      await facts(form).filter({ hasText: "until" }).waitFor();
      assert.equal(
        await facts(form).innerText(),
        "Key “mqtt” of app1 · reads ✓ · sends ✓ · until 2027-03-01",
      );
      assert.deepEqual(await values(form, "applicationId"), ["app1"]);
      await editor.screenshot("tts-connection-key");
      await enter(form, "applicationId", "other-app");
      await enter(form, "apiKey", "");
      await pasteAndAsk(form, simulator.apiKey);
      await form.getByRole("button", { name: "Enter app1 as the application ID" }).click();
      assert.deepEqual(await values(form, "applicationId"), ["app1"]);
    });

    it("and says in amber what it may not do", async () => {
      const simulator = await simulated({ keys: [{ name: "mute", rights: [] }] });
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", simulator.apiUrl);
      await enter(form, "host", `mqtt://${simulator.host}:${simulator.port}`);
      await pasteAndAsk(form, simulator.apiKey);
      await facts(form).filter({ hasText: "cannot read ✗ · cannot send ✗" }).waitFor();
      assert.doesNotMatch((await facts(form).getAttribute("class")) ?? "", /tts-note/);
    });

    it("which has an ID for its name where it was given none, and that fits into a narrow tray", async () => {
      const simulator = await simulated();
      const narrow = await editor.page.addStyleTag({ content: NARROW });
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", simulator.apiUrl);
      await enter(form, "host", `mqtt://${simulator.host}:${simulator.port}`);
      await pasteAndAsk(form, simulator.apiKey);
      await facts(form).filter({ hasText: "of app1" }).waitFor();
      await assertFits(form);
      await narrow.evaluate((element: HTMLElement) => element.remove());
    });

    it("but sends it to no host that nobody has chosen", async () => {
      const simulator = await simulated();
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", simulator.apiUrl);
      await paste(form, "apiKey", simulator.apiKey);
      const ask = askButton(form);
      await ask.waitFor();
      assert.equal(simulator.requests.length, 0);
      await ask.click();
      await facts(form).filter({ hasText: "of app1" }).waitFor();
    });

    it("nor to an address that stands in a flow, which looks like another", async () => {
      const simulator = await simulated();
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "host", `mqtt://${simulator.host}:${simulator.port}`);
      await enter(form, "api", `http://eu1.cloud.thethings.network@127.0.0.1:${simulator.port}`);
      await paste(form, "apiKey", simulator.apiKey);
      assert.equal(await form.getByRole("button", { name: /^Ask / }).count(), 0);
      await enter(form, "api", simulator.apiUrl);
      await askButton(form).waitFor();
      assert.equal(simulator.requests.length, 0);
    });

    it("and says when the stack does not take it, or does not answer", async () => {
      const simulator = await simulated();
      const form = await newConnection();
      await form.locator("summary").last().click();
      await enter(form, "api", simulator.apiUrl);
      await enter(form, "host", `mqtt://${simulator.host}:${simulator.port}`);
      await pasteAndAsk(form, KEY);
      await facts(form).filter({ hasText: "does not know this key" }).waitFor();
      simulator.api("error");
      await enter(form, "apiKey", "");
      await pasteAndAsk(form, simulator.apiKey);
      await facts(form).filter({ hasText: "did not say" }).waitFor();
    });
  });
});
