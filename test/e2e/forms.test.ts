import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { EditorPage } from "./editor-page";
import { assertFits, assertWellMade } from "./form-checks";
import { inEditor } from "./in-editor";
import { startNodeRed, type FlowNode, type NodeRed } from "./node-red";

const KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;
/** Nothing listens there: no test goes out into the network. */
const HOST = "127.0.0.1";

const connection = (id: string, more: object = {}): FlowNode => ({
  id,
  type: "tts-connection",
  host: HOST,
  port: "1",
  ...more,
});
const node = (id: string, type: string, more: object = {}): FlowNode => ({
  id,
  type,
  z: "tab1",
  connection: "c1",
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

const FLOWS: FlowNode[] = [
  { id: "tab1", type: "tab", label: "Flow 1" },
  { id: "tls1", type: "tls-config", name: "own CA", cert: "", key: "", ca: "", verifyservercert: true },
  connection("c1", { applicationId: "my-app", tenantId: "ttn" }),
  connection("c2"),
  connection("c3"),
  connection("c4", { host: "eu1.cloud.thethings.network", port: "" }),
  connection("c5"),
  connection("cv2", { service: "v2", applicationId: "old_app", useTls: false }),
  connection("capi", { applicationId: "my-app" }),
  connection("coff", { applicationId: "my-app", api: "off" }),
  connection("cenv", {
    host: "${TTS_HOST}",
    port: "${TTS_PORT}",
    applicationId: "${TTS_APP}",
    tenantId: "${TTS_TENANT}",
    keepalive: "${TTS_KEEPALIVE}",
  }),
  node("u1", "tts-uplink"),
  node("u2", "tts-uplink"),
  node("u3", "tts-uplink", { devices: "door-1", ports: "2", connection: "c1" }),
  node("j1", "tts-join"),
  node("e1", "tts-event"),
  node("e2", "tts-event", { events: ["downlink_sent", "downlink_ack"] }),
  node("e3", "tts-event", { connection: "cv2" }),
  node("w1", "tts-watch"),
  node("w2", "tts-watch", { devices: "door-1, valve-*" }),
  node("w3", "tts-watch", {
    watch: "gateways",
    gateways: ["roof-gateway"],
    changes: ["silent", "something"],
  }),
  node("e4", "tts-event", { topic: "deviceField" }),
];

describe("the forms in the editor", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  inEditor(
    () => startNodeRed(FLOWS),
    (page, instance) => {
      editor = page;
      nodeRed = instance;
    },
  );

  /** Fills a field and reads the reason under it. */
  async function reasonFor(form: Locator, id: string, value: string): Promise<string> {
    await form.locator(`#${id}`).fill(value);
    return form.locator(`#${id}-reason`).innerText();
  }

  async function unfold(form: Locator): Promise<void> {
    const summary = form.page().locator("summary", { hasText: "More" });
    const fold = form.locator("details", { has: summary });
    if (!(await fold.evaluate((details: HTMLDetailsElement) => details.open)))
      await form.locator(summary).click();
  }

  const find = (flow: readonly FlowNode[], id: string): FlowNode => {
    const found = flow.find((candidate) => candidate.id === id);
    assert.ok(found, `no node ${id}`);
    // The editor moves a node whose label gets longer.
    return Object.fromEntries(Object.entries(found).filter(([name]) => name !== "x" && name !== "y"));
  };

  describe("tts-connection", () => {
    const field = (name: string): string => `#node-config-input-${name}`;
    const line = (form: Locator): Promise<string> => form.locator("#tts-connection-line").innerText();

    /** Its login has fields of its own, which are there when a proxy is entered. */
    async function fillInProxy(form: Locator): Promise<void> {
      const proxy = form.locator(field("proxy"));
      const reason = form.locator(`${field("proxy")}-reason`);
      assert.equal(await proxy.getAttribute("placeholder"), "from the environment");
      for (const value of ["", "none"]) {
        await proxy.fill(value);
        assert.equal(await form.locator(field("proxyPassword")).isVisible(), false, value);
      }
      await proxy.fill("http://me:hidden-word@proxy.example.com:3128");
      assert.match(await reason.innerText(), /belong in the fields below/);
      await proxy.fill("http://proxy.example.com:3128");
      assert.equal(await reason.innerText(), "");
      await form.locator(field("useTls")).uncheck();
      assert.match(await reason.innerText(), /Switch on the encryption/);
      await form.locator(field("useTls")).check();
      assert.equal(await reason.innerText(), "");
      await form.locator(field("proxyUsername")).fill("me");
      await form.locator(field("proxyPassword")).fill("hidden-word");
    }

    it("is complete for the service The Things Stack", async () => {
      const form = await editor.openConfig("tts-connection", "c1");
      await assertWellMade(form);
      assert.equal((await line(form)).trim(), "Signs in as my-app@ttn on 127.0.0.1:1 (TLS)");
      await unfold(form);
      await form.locator(field("host")).fill("eu1.cloud.thethings.network");
      await form.locator(field("port")).fill("8883");
      await form.locator(field("applicationId")).fill(" weather-station ");
      await form.locator(field("tenantId")).fill("my-tenant");
      await form.locator(field("apiKey")).fill(` ${KEY} `);
      await form.locator(field("tls")).selectOption("tls1");
      await form.locator(field("clientId")).fill("client-1");
      await form.locator(field("keepalive")).fill("60");
      await form.locator(field("backfill")).check();
      await form.locator(field("api")).fill("off");
      assert.equal(await form.locator(field("backfill")).isDisabled(), true);
      await form.locator(field("api")).fill("http://localhost:1/api/v3");
      assert.equal(await form.locator(field("backfill")).isEnabled(), true);
      await fillInProxy(form);
      await form.locator(field("downlinksPerMinute")).fill("10");
      await form.locator(field("holdMax")).fill("5");
      await form.locator(field("holdFor")).fill("60");
      await form.locator(field("name")).fill("weather");
      assert.equal(await form.locator(".input-error").count(), 0);
      assert.equal(
        (await line(form)).trim(),
        "Signs in as weather-station@my-tenant on eu1.cloud.thethings.network:8883 (TLS)",
      );
      await assertFits(form);
      await editor.screenshot("tts-connection-stack-more");
      await form.locator(field("host")).fill(HOST);
      await form.locator(field("port")).fill("1");
      await editor.doneConfig();

      const flow = await editor.deploy();
      assert.deepEqual(find(flow, "c1"), {
        id: "c1",
        type: "tts-connection",
        name: "weather",
        service: "stack",
        host: HOST,
        port: "1",
        useTls: true,
        tls: "tls1",
        applicationId: "weather-station",
        tenantId: "my-tenant",
        api: "http://localhost:1/api/v3",
        proxy: "http://proxy.example.com:3128",
        backfill: true,
        clientId: "client-1",
        keepalive: "60",
        downlinksPerMinute: "10",
        holdMax: "5",
        holdFor: "60",
        baseTopic: "",
        topics: {},
        qos: "1",
        sharedGroup: "",
      });
      assert.equal(JSON.stringify(flow).includes("NNSXS"), false);
      const credentials: unknown = await (await fetch(`${nodeRed.url}/credentials/tts-connection/c1`)).json();
      assert.equal(JSON.stringify(flow).includes("hidden-word"), false);
      assert.deepEqual(credentials, {
        ...{ has_apiKey: true, username: "", has_password: false },
        ...{ proxyUsername: "me", has_proxyPassword: true },
      });
    });

    it("is complete for Pub/Sub on a broker of one's own", async () => {
      const form = await editor.openConfig("tts-connection", "c2");
      await form.getByLabel("Pub/Sub on my broker").check();
      assert.equal(await form.locator(field("apiKey")).isVisible(), false);
      assert.equal(await form.locator(field("tenantId")).isVisible(), false);
      await form.locator(field("host")).fill("mqtt://me:secret@broker.local:1884");
      await form.locator(field("host")).blur();
      assert.equal(await form.locator(field("host")).inputValue(), "broker.local");
      assert.equal(await form.locator(field("port")).inputValue(), "1884");
      assert.equal(await form.locator(field("useTls")).isChecked(), false);
      assert.equal(await form.locator(field("username")).inputValue(), "me");
      await form.locator(field("password")).fill("hidden-word");
      await form.locator(field("applicationId")).fill("my-app");
      await form.locator(field("baseTopic")).fill("tts/my-app");
      assert.match(await form.locator("#tts-connection-topics-reason").innerText(), /at least one/);
      await form.getByLabel("Uplink message", { exact: true }).fill("uplinks");
      await form.getByLabel("Service data", { exact: true }).fill("a/#");
      assert.match(
        await form.locator("#tts-connection-topic-service_data ~ .tts-reason").innerText(),
        /without \+ and #/,
      );
      await form.getByLabel("Service data", { exact: true }).fill("");
      assert.equal(await form.locator("#tts-connection-topics-reason").innerText(), "");
      await form.locator(field("qos")).selectOption("2");
      await unfold(form);
      assert.equal(await form.locator(field("backfill")).isVisible(), false);
      await form.locator(field("clientId")).fill("node-red-1");
      await form.locator(field("sharedGroup")).fill("a/b");
      assert.match(await form.locator(`${field("sharedGroup")}-reason`).innerText(), /without \//);
      await form.locator(field("sharedGroup")).fill("group-1");
      const queued = form.getByLabel("Downlink queued", { exact: true });
      await queued.fill("uplinks");
      const reason = form.locator("#tts-connection-topics-reason");
      assert.match(await reason.innerText(), /With a shared group.*different sub topics/);
      await queued.fill("");
      assert.equal(await reason.innerText(), "");
      assert.equal((await line(form)).trim(), "Signs in as me on broker.local:1884 (not encrypted)");
      await assertWellMade(form);
      await assertFits(form);
      await editor.screenshot("tts-connection-pubsub");
      await form.locator(field("host")).fill(HOST);
      await editor.doneConfig();

      const flow = await editor.deploy();
      assert.deepEqual(find(flow, "c2"), {
        id: "c2",
        type: "tts-connection",
        name: "",
        service: "pubsub",
        host: HOST,
        port: "1884",
        useTls: false,
        tls: "",
        applicationId: "my-app",
        tenantId: "",
        api: "",
        proxy: "",
        backfill: false,
        clientId: "node-red-1",
        keepalive: "30",
        downlinksPerMinute: "",
        holdMax: "100",
        holdFor: "300",
        baseTopic: "tts/my-app",
        topics: { uplink_message: "uplinks" },
        qos: "2",
        sharedGroup: "group-1",
      });
      assert.equal(JSON.stringify(flow).includes("hidden-word"), false);
      const credentials: unknown = await (await fetch(`${nodeRed.url}/credentials/tts-connection/c2`)).json();
      assert.deepEqual(credentials, {
        ...{ has_apiKey: false, username: "me", has_password: true },
        ...{ proxyUsername: "", has_proxyPassword: false },
      });
    });

    it("fills in the usual sub topics, and keeps what was there", async () => {
      const form = await editor.openConfig("tts-connection", "c2");
      await form.getByRole("button", { name: "Fill in usual names" }).click();
      assert.equal(await form.getByLabel("Uplink message", { exact: true }).inputValue(), "uplinks");
      await editor.doneConfig();
      assert.deepEqual(find(await editor.deploy(), "c2").topics, {
        uplink_message: "uplinks",
        join_accept: "join",
        downlink_queued: "down/queued",
        downlink_sent: "down/sent",
        downlink_ack: "down/ack",
        downlink_nack: "down/nack",
        downlink_failed: "down/failed",
        downlink_queue_invalidated: "down/invalidated",
        location_solved: "location/solved",
        service_data: "service/data",
        downlink_push: "down/push",
        downlink_replace: "down/replace",
      });
    });

    it("switches encryption off for V2, and comes back", async () => {
      const form = await editor.openConfig("tts-connection", "c3");
      await form.getByLabel("TTN V2").check();
      assert.equal(await form.locator(field("useTls")).isChecked(), false);
      assert.equal(await form.locator(field("host")).inputValue(), "");
      assert.match(await form.locator(`${field("host")}-reason`).innerText(), /Enter the host/);
      await form.locator(field("host")).fill(HOST);
      assert.match(await reasonFor(form, "node-config-input-applicationId", "My App"), /underscores/);
      assert.equal(await reasonFor(form, "node-config-input-applicationId", "old_app"), "");
      assert.match(await form.locator(`${field("apiKey")}-reason`).innerText(), /access key/);
      await form.locator(field("apiKey")).fill("ttn-account-v2.abc");
      assert.equal((await line(form)).trim(), "Signs in as old_app on 127.0.0.1:1883 (not encrypted)");
      await assertWellMade(form);
      await assertFits(form);
      await editor.screenshot("tts-connection-v2");
      await form.getByLabel("The Things Stack", { exact: true }).check();
      assert.equal(await form.locator(field("useTls")).isChecked(), true);
      assert.match(await form.locator("#tts-connection-key-hint").innerText(), /version 2/);
      await form.getByLabel("TTN V2").check();
      await editor.doneConfig();
      const saved = find(await editor.deploy(), "c3");
      assert.deepEqual(
        {
          service: saved.service,
          host: saved.host,
          useTls: saved.useTls,
          applicationId: saved.applicationId,
        },
        { service: "v2", host: HOST, useTls: false, applicationId: "old_app" },
      );
    });

    it("says under a field why it is invalid", async () => {
      const form = await editor.openConfig("tts-connection", "c4");
      const reason = (name: string, value: string): Promise<string> =>
        reasonFor(form, `node-config-input-${name}`, value);
      assert.match(await reason("applicationId", ""), /Enter the ID/);
      assert.match(await reason("applicationId", "My_App"), /did you mean my-app\?/);
      assert.match(await reason("applicationId", "x"), /3 to 36/);
      assert.match(await reason("tenantId", "T"), /3 to 36/);
      assert.match(await reason("apiKey", ""), /Paste an API key/);
      assert.match(await reason("host", "not a host"), /Not a host name/);
      await form.locator(field("apiKey")).fill(KEY.slice(0, 60));
      assert.match(await form.locator("#tts-connection-key-hint").innerText(), /missing/);
      await editor.screenshot("tts-connection-invalid");
      await unfold(form);
      assert.match(await reason("port", "70000"), /1 to 65535/);
      assert.match(await reason("keepalive", "0"), /5 to 300/);
      assert.match(await reason("api", "eu1"), /https/);
      assert.match(await reason("downlinksPerMinute", "0"), /1 to 60000, or empty/);
      assert.match(await reason("holdMax", "20000"), /0 to 10000/);
      assert.match(await reason("holdFor", "0"), /1 to 86400/);
      assert.equal(await form.locator(field("keepalive")).getAttribute("aria-invalid"), "true");
      for (const name of ["host", "port", "applicationId", "tenantId", "keepalive", "api"])
        assert.equal(await reason(name, "${FROM_ENVIRONMENT}"), "", name);
      await editor.cancelConfig();
    });

    it("is not complete without an application", async () => {
      await editor.openConfig("tts-connection", "c5");
      await editor.doneConfig();
      const form = await editor.openNode("u2");
      await form.locator("#node-input-connection").selectOption("c5");
      assert.match(await form.locator("#node-input-connection-reason").innerText(), /not complete/);
    });

    it("takes apart what is pasted as host", async () => {
      const form = await editor.openConfig("tts-connection", "c4");
      assert.equal(await form.locator(field("tenantId")).inputValue(), "ttn");
      const paste = async (text: string): Promise<string[]> => {
        await form.locator(field("host")).fill(text);
        await form.locator(field("host")).blur();
        return Promise.all(
          ["host", "applicationId", "tenantId"].map((name) => form.locator(field(name)).inputValue()),
        );
      };
      assert.deepEqual(
        await paste("https://acme.nam1.cloud.thethings.industries/console/applications/my-app"),
        ["acme.nam1.cloud.thethings.industries", "my-app", "acme"],
      );
      await form.locator(field("applicationId")).fill("other@ttn");
      await form.locator(field("applicationId")).blur();
      assert.equal(await form.locator(field("applicationId")).inputValue(), "other");
      assert.equal(await form.locator(field("tenantId")).inputValue(), "ttn");
      await editor.cancelConfig();
    });

    it("accepts values from the environment", async () => {
      const form = await editor.openConfig("tts-connection", "cenv");
      await form.locator(field("apiKey")).fill("${TTS_KEY}");
      assert.equal(await form.locator(".input-error").count(), 0);
      assert.equal(await form.locator("#tts-connection-key-hint").innerText(), "");
      assert.equal(
        (await line(form)).trim(),
        "Signs in as ${TTS_APP}@${TTS_TENANT} on ${TTS_HOST}:${TTS_PORT} (TLS)",
      );
      await editor.cancelConfig();
    });

    it("is looked at with fresh eyes: a new connection", async () => {
      const form = await editor.openNode("u2");
      const config = await editor.newConnection(form);
      assert.equal(await config.locator(field("tenantId")).inputValue(), "ttn");
      await editor.screenshot("tts-connection-new");
      await config.locator(field("applicationId")).fill("door-bells");
      await config.locator(field("apiKey")).fill(KEY);
      await editor.screenshot("tts-connection-stack");
      await config.locator(field("host")).fill(HOST);
      await editor.doneConfig();
      const chosen = await form.locator("#node-input-connection option:checked").innerText();
      assert.equal(chosen, `door-bells on ${HOST}`);
      await editor.done();
      await editor.deploy();
    });
  });

  describe("tts-uplink", () => {
    it("saves every property", async () => {
      const form = await editor.openNode("u1");
      await assertWellMade(form);
      await editor.screenshot("tts-uplink");
      await form.locator("#node-input-devices").fill("door-1, valve-*");
      await form.locator("#node-input-ports").fill("1, 2, 10-20");
      assert.equal(await form.locator("#node-input-field").isVisible(), false);
      await form.locator("#node-input-output").selectOption("field");
      assert.match(await form.locator("#node-input-field-reason").innerText(), /Enter the path/);
      assert.match(await reasonFor(form, "node-input-field", "gps..lat"), /Not a path/);
      await form.locator("#node-input-field").fill("gps.lat");
      assert.equal(await form.locator(".input-error").count(), 0);
      await form.locator("#node-input-missing").selectOption("error");
      assert.match(await form.locator("#tts-topic").innerText(), /^msg\.topic is the MQTT topic/);
      await form.locator("#node-input-topic").selectOption("deviceField");
      assert.match(await form.locator("#tts-topic").innerText(), /^msg\.topic is door-1\/gps\.lat;/);
      await unfold(form);
      await form.locator("#node-input-emptyFrames").check();
      assert.equal(await form.getByText("Adds the old fields").isVisible(), false);
      await form.locator("#node-input-shape").selectOption("v2");
      assert.equal(await form.getByText("Adds the old fields").isVisible(), true);
      await form.locator("#node-input-name").fill("positions");
      await assertFits(form);
      await editor.screenshot("tts-uplink-field");
      await editor.done();
      assert.deepEqual(find(await editor.deploy(), "u1"), {
        id: "u1",
        type: "tts-uplink",
        z: "tab1",
        name: "positions",
        connection: "c1",
        devices: "door-1, valve-*",
        ports: "1, 2, 10-20",
        output: "field",
        field: "gps.lat",
        missing: "error",
        topic: "deviceField",
        emptyFrames: true,
        shape: "v2",
        wires: [[]],
      });
    });

    it("says under a field why it is invalid, and asks only what applies", async () => {
      const form = await editor.openNode("u2");
      assert.match(await reasonFor(form, "node-input-devices", "door-1 door-2"), /comma/);
      assert.match(await reasonFor(form, "node-input-devices", "door/1"), /no device ID/);
      assert.match(await reasonFor(form, "node-input-devices", "70B3D57ED0000001"), /EUI/);
      assert.match(await reasonFor(form, "node-input-ports", "1, 300"), /“300” is not an FPort/);
      assert.match(await reasonFor(form, "node-input-ports", "20-10"), /lower number first/);
      await form.locator("#node-input-connection").selectOption("_ADD_");
      assert.match(await form.locator("#node-input-connection-reason").innerText(), /\+ button/);
      await editor.screenshot("tts-uplink-invalid");
      for (const [output, isAsked] of [
        ["decoded", true],
        ["bytes", false],
        ["field", true],
        ["normalized", true],
        ["flat", true],
        ["location", true],
        ["message", false],
      ] as const) {
        await form.locator("#node-input-output").selectOption(output);
        assert.equal(await form.locator("#node-input-missing").isVisible(), isAsked, output);
      }
      for (const output of ["flat", "location"]) {
        await form.locator("#node-input-output").selectOption(output);
        assert.equal(await form.locator("#node-input-missing").inputValue(), "skip", output);
        await editor.screenshot(`tts-uplink-${output}`);
      }
      await editor.cancel();
    });
  });

  it("saves every property of tts-join", async () => {
    const form = await editor.openNode("j1");
    await assertWellMade(form);
    await assertFits(form);
    await form.locator("#node-input-devices").fill("door-*, valve");
    await form.locator("#node-input-topic").selectOption("device");
    assert.match(await form.locator("#tts-topic").innerText(), /^msg\.topic is valve;/);
    await form.locator("#node-input-name").fill("doors that join");
    await editor.screenshot("tts-join");
    await editor.done();
    assert.deepEqual(find(await editor.deploy(), "j1"), {
      id: "j1",
      type: "tts-join",
      z: "tab1",
      name: "doors that join",
      connection: "c1",
      devices: "door-*, valve",
      topic: "device",
      wires: [[]],
    });
  });

  describe("tts-event", () => {
    it("saves every property", async () => {
      const form = await editor.openNode("e1");
      await assertWellMade(form);
      await assertFits(form);
      assert.equal(await form.locator("input:checked").count(), 8);
      assert.equal(await form.getByLabel("decoder error").isChecked(), false);
      await editor.screenshot("tts-event");
      for (let left = 8; left > 0; left--) await form.locator("input:checked").first().uncheck();
      assert.match(await form.locator("#tts-event-events-reason").innerText(), /at least one/);
      await form.getByLabel("normalized payload").check();
      await form.getByLabel("failed").check();
      await form.locator("#node-input-devices").fill("door-1");
      await form.locator("#node-input-topic").selectOption("device");
      await editor.done();
      assert.deepEqual(find(await editor.deploy(), "e1"), {
        id: "e1",
        type: "tts-event",
        z: "tab1",
        name: "",
        connection: "c1",
        devices: "door-1",
        events: ["downlink_failed", "uplink_normalized"],
        topic: "device",
        wires: [[]],
      });
    });

    it("offers the errors of the network, and greys out what a connection never sends", async () => {
      const form = await editor.openNode("e3");
      const opacity = (event: string): Promise<string> =>
        form
          .locator(`label:has(input[value="${event}"])`)
          .evaluate((label) => getComputedStyle(label).opacity);
      assert.deepEqual([await opacity("join_error"), await opacity("decoder_error")], ["1", "0.5"]);
      await editor.screenshot("tts-event-v2");
      await form.locator("#node-input-connection").selectOption("capi");
      assert.equal(await opacity("decoder_error"), "1");
      assert.equal(await form.locator("#tts-event-lacks").isVisible(), false);
      await form.locator("#node-input-connection").selectOption("coff");
      await form.getByText("never sends the greyed-out events").waitFor();
      assert.deepEqual([await opacity("join_error"), await opacity("downlink_ack")], ["0.5", "1"]);
      await editor.screenshot("tts-event-pubsub");
      await form.locator("#node-input-connection").selectOption("capi");
      await form.getByLabel("decoder error").check();
      await form.getByLabel("join error").check();
      await editor.screenshot("tts-event-network");
      await editor.cancel();
    });
  });

  describe("tts-watch", () => {
    it("saves every property", async () => {
      const form = await editor.openNode("w1");
      await assertWellMade(form);
      await assertFits(form);
      assert.equal(await form.locator("#tts-watch-changes input:checked").count(), 7);
      await editor.screenshot("tts-watch");
      await form.locator("#node-input-devices").fill("door-*, valve");
      assert.match(await reasonFor(form, "node-input-silentAfter", "soon"), /0\.001.*525600/);
      await form.locator("#node-input-silentAfter").fill("90");
      for (const change of ["many lost", "weak signal"]) await form.getByLabel(change).uncheck();
      await form.locator("#node-input-lostAbove").fill("30");
      await form.locator("#node-input-batteryBelow").fill("15");
      await form.locator("#node-input-marginBelow").fill("-2.5");
      await form.locator("#node-input-atStart").check();
      await form.locator("#node-input-name").fill("doors");
      assert.equal(await form.locator(".input-error").count(), 0);
      await editor.done();
      assert.deepEqual(find(await editor.deploy(), "w1"), {
        id: "w1",
        type: "tts-watch",
        z: "tab1",
        name: "doors",
        connection: "c1",
        watch: "devices",
        devices: "door-*, valve",
        gateways: [],
        silentAfter: "90",
        changes: ["silent", "back", "new", "reset", "battery"],
        batteryBelow: "15",
        lostAbove: "30",
        marginBelow: "-2.5",
        atStart: true,
        wires: [[]],
      });
    });

    it("asks of gateways only what there is of them, and keeps changes that it does not know", async () => {
      const form = await editor.openNode("w3");
      const isVisible = (id: string): Promise<boolean> => form.locator(`#${id}`).isVisible();
      for (const id of ["devices", "lostAbove", "batteryBelow", "marginBelow"])
        assert.equal(await isVisible(`node-input-${id}`), false, id);
      assert.equal(await form.locator("#tts-watch-changes label:visible").count(), 3);
      assert.equal(await form.locator("#tts-watch-gateways").inputValue(), "roof-gateway");
      assert.match(
        await reasonFor(form, "tts-watch-gateways", "roof-gateway, Yard"),
        /^Yard is no gateway ID/,
      );
      await form.locator("#tts-watch-gateways").fill("roof-gateway, yard-gateway, ");
      await editor.screenshot("tts-watch-gateways");
      await editor.done();
      const { gateways, changes, watch } = find(await editor.deploy(), "w3");
      assert.deepEqual(
        [watch, gateways, changes],
        ["gateways", ["roof-gateway", "yard-gateway"], ["silent", "something"]],
      );
    });

    it("shows what the deployed node knows; names are text", async () => {
      const hostile = "<img src=x onerror=alert(1)>";
      const row = (id: string, state: string, more: object = {}) => ({
        ...{ id, state, lastSeen: 1_000_000, since: 0, received: 3, lost: 1, lossRate: 0.25, ...more },
      });
      const rows = [row("door-1", "online", { battery: 80.237154, margin: 7.5 }), row(hostile, "silent")];
      await editor.page.route("**/tts-watch/w2/table", (route) =>
        route.fulfill({ json: { watch: "devices", state: "connected", rows, more: 2, now: 1_120_000 } }),
      );
      const form = await editor.openNode("w2");
      await form.locator("#tts-watch-table summary").click();
      await form.locator("#tts-watch-table td").first().waitFor();
      assert.equal(await form.locator("#tts-watch-table img").count(), 0);
      const cells = await form.locator("#tts-watch-table td").allInnerTexts();
      assert.deepEqual(cells, [
        ...["door-1", "online", "2 min. ago", "25 %", "80.2 %", "7.5 dB"],
        ...[hostile, "silent", "2 min. ago", "25 %", "", ""],
      ]);
      await form.getByText("and 2 more").waitFor();
      await assertFits(form);
      await editor.screenshot("tts-watch-table");
      await editor.page.unroute("**/tts-watch/w2/table");
      await editor.cancel();
    });
  });

  it("takes what only an uplink node offers as topic for the device ID, which it is", async () => {
    const form = await editor.openNode("e4");
    assert.equal(await form.locator("#node-input-topic").inputValue(), "device");
    assert.match(await form.locator("#tts-topic").innerText(), /^msg\.topic is door-1;/);
    await editor.cancel();
  });

  it("fits into a narrow tray", async () => {
    for (const width of [400, 300]) {
      const style = await editor.page.addStyleTag({
        content: `.red-ui-tray, .red-ui-tray-body { width: ${width}px !important; min-width: 0 !important; }`,
      });
      const form = await editor.openNode("e3");
      await assertFits(form);
      await editor.screenshot(`narrow-${width}-tts-event`);
      await editor.cancel();
      const config = await editor.openConfig("tts-connection", "c2");
      await assertFits(config);
      await config.getByLabel("Pub/Sub on my broker").check();
      await assertFits(config);
      await editor.screenshot(`narrow-${width}-tts-connection`);
      await editor.cancelConfig();
      await style.evaluate((element: HTMLElement) => element.remove());
    }
  });

  it("names nodes so that a flow can be read at a glance", async () => {
    const labelOf = (id: string): Promise<string> =>
      editor.page.evaluate((nodeId) => RED.utils.getNodeLabel(RED.nodes.node(nodeId), ""), id);
    const watchLabel = (properties: object): Promise<string> =>
      editor.page.evaluate(
        (given) => RED.utils.getNodeLabel({ ...RED.nodes.node("w2"), ...given, name: "" }, ""),
        properties,
      );
    assert.equal(await labelOf("u3"), "uplink door-1 · 2");
    assert.equal(await labelOf("e2"), "sent, acknowledged");
    assert.equal(await labelOf("e3"), "events");
    assert.equal(await labelOf("w2"), "watch door-1, valve-*");
    const ids = Array.from({ length: 12 }, (_, n) => `door-${String(n)}`);
    assert.equal(await watchLabel({ devices: ids.join(", ") }), "watch 12 devices");
    assert.equal(await watchLabel({ watch: "gateways", gateways: ids }), "watch 12 gateways");
    assert.equal(
      await watchLabel({ devices: ["roof-*", ...ids].join(", ") }),
      "watch roof-*, door-0, door-1, door-…",
    );
    assert.equal(await labelOf("c4"), "not set up yet (eu1.cloud.thethings.network)");
  });

  it("has a category of its own in the palette", async () => {
    const category = editor.page.locator("#red-ui-palette-header-The_Things_Stack");
    assert.equal((await category.innerText()).trim(), "The Things Stack");
    const nodes = await editor.page
      .locator("#red-ui-palette-base-category-The_Things_Stack .red-ui-palette-label")
      .allInnerTexts();
    const labels = nodes.map((label) => label.replace(/\s+/g, " ")).sort();
    assert.deepEqual(
      labels,
      ["downlink", "event", "home assistant", "join", "uplink", "watch"].map((name) => `lorawan ${name}`),
    );
    // The text that the editor shows beside it, from Node-RED 4.1 on.
    await category.hover();
    if (!(await editor.isBefore("4.1")))
      await editor.page.getByText("LoRaWAN devices on The Things Stack").waitFor();
    await category.scrollIntoViewIfNeeded();
    await editor.screenshotOf("palette", editor.page.locator("#red-ui-palette-container-The_Things_Stack"));
  });
});

declare const RED: {
  nodes: { node(id: string): object | null };
  utils: { getNodeLabel(node: object | null, fallback: string): string };
};
