import assert from "node:assert/strict";
import type { EncodedReport } from "../../nodes/tts-downlink/admin/encode";
import type { Simulator } from "../../simulator/simulator";
import { downlinkFlow, sending, withDevices } from "./downlinks";
import { connection, listeners, running, simulated, tab, withNodeRed, type Flows } from "./nodeRed";

const VIEWER = [
  "RIGHT_APPLICATION_TRAFFIC_READ",
  "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE",
  "RIGHT_APPLICATION_DEVICES_READ",
  "RIGHT_APPLICATION_SETTINGS_BASIC",
];

const ROUTE = "/tts-downlink/connection/encode";
const GOOD = { device: "valve", fPort: "15", payload: { level: 5 } };

async function asked(flows: Flows, body: object, lang = "en-US"): Promise<EncodedReport> {
  const { status, body: report } = await flows.post(ROUTE, body, { lang });
  assert.equal(status, 200);
  return report as EncodedReport;
}

/** The connection alone: no node has to use it. */
async function connected(
  rights: readonly string[] = VIEWER,
): Promise<{ simulator: Simulator; flows: Flows }> {
  const simulator = await withDevices();
  const apiKey = simulator.addKey({ rights });
  const flows = await running([tab(), connection(simulator, { api: simulator.apiUrl }), ...listeners()], {
    connection: { apiKey },
  });
  return { simulator, flows };
}

const wordsOf = (report: EncodedReport): string =>
  "words" in report ? report.words : JSON.stringify(report);

describe("showing the bytes of fields", () => {
  withNodeRed();

  it("asks the device's own encoder, and queues nothing", async () => {
    const { simulator, flows } = await connected();
    assert.deepEqual(await asked(flows, GOOD), {
      outcome: "bytes",
      fPort: 15,
      length: 1,
      hex: "05",
      warnings: "",
    });
    assert.deepEqual(simulator.queue("valve"), []);
  });

  it("tells what the script threw", async () => {
    const { flows } = await connected();
    const words = wordsOf(await asked(flows, { ...GOOD, payload: { speed: 1 } }));
    assert.match(words, /downlink formatter of valve: “Error: level is missing”/);
    assert.doesNotMatch(words, /dropped/);
  });

  it("tells no bytes from no encoder", async () => {
    const { flows } = await connected();
    assert.deepEqual(await asked(flows, { ...GOOD, payload: { level: -1 } }), {
      outcome: "bytes",
      fPort: 15,
      length: 0,
      hex: "",
      warnings: "",
    });
    assert.match(wordsOf(await asked(flows, { ...GOOD, device: "lamp" })), /^lamp has no downlink formatter/);
  });

  it("says which right the usual key of the Console lacks for it", async () => {
    const { flows } = await connected(VIEWER.slice(0, 2));
    assert.match(
      wordsOf(await asked(flows, GOOD)),
      /^The API key may not see the formatter of valve, .* “View devices in application”\. Sending works without it/,
    );
  });

  it("does not take a formatter of the application that it may not see for none", async () => {
    const { flows } = await connected(VIEWER.slice(0, 3));
    assert.match(
      wordsOf(await asked(flows, { ...GOOD, device: "lamp" })),
      /^The API key may not see the formatter of lamp, .* “Edit basic application settings”\./,
    );
  });

  it("answers in the language of the editor", async () => {
    const { flows } = await connected(VIEWER.slice(0, 2));
    assert.match(
      wordsOf(await asked(flows, GOOD, "de")),
      /^Der API-Schlüssel darf den Formatter von valve nicht/,
    );
  });

  for (const [name, wrong, text] of [
    ["a device that cannot be one", { device: "Valve 1" }, /^device/],
    ["an FPort that is none", { fPort: 224 }, /^fPort/],
    ["fields that are text", { payload: "on" }, /^payload/],
    ["fields that are a whole downlink", { payload: { f_port: 1, frm_payload: "AQ==" } }, /payload/],
    ["a device that does not exist", { device: "valv" }, /^No device valv/],
  ] as const)
    it(`says what is wrong: ${name}`, async () => {
      const { flows } = await connected();
      assert.match(wordsOf(await asked(flows, { ...GOOD, ...wrong })), text);
    });

  it("takes no request that is none, and knows no connection that is not deployed", async () => {
    const { flows } = await connected();
    assert.equal((await flows.post(ROUTE, [])).status, 400);
    assert.equal((await flows.post("/tts-downlink/nothing/encode", GOOD)).status, 404);
  });

  it("says that the HTTP API is switched off", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator));
    assert.match(
      wordsOf(await asked(flows, GOOD)),
      /^The connection cannot ask for the bytes: its HTTP API is switched off\./,
    );
  });

  it("says what is wrong with a connection that cannot be opened", async () => {
    const simulator = await simulated();
    const flows = await running([tab(), connection(simulator, { api: "", host: "" }), ...listeners()], {});
    assert.equal((await asked(flows, GOOD)).outcome, "failed");
  });
});
