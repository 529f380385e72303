import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { demoDevices } from "../../simulator/devices/demo";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { EditorPage } from "./editor-page";
import { PACKAGE, startNodeRed, toFlow, type NodeRed } from "./node-red";

const FLOW = toFlow(JSON.parse(readFileSync(path.join(PACKAGE, "scripts/demo-flow.json"), "utf8")));

/** What `npm start` shows, and the pictures in the README. */
describe("the demo", () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    simulator = await startSimulator({ devices: demoDevices() });
    // By way of the API the key stands in the flow, which a file has no place for.
    const nodes = FLOW.map(({ credentials: _, ...node }) => node);
    nodeRed = await startNodeRed(nodes, {
      credentials: { "demo-connection": { apiKey: "${TTS_SIMULATOR_KEY}" } },
      environment: {
        TTS_SIMULATOR_HOST: simulator.host,
        TTS_SIMULATOR_PORT: String(simulator.port),
        TTS_SIMULATOR_API: simulator.apiUrl,
        TTS_SIMULATOR_APPLICATION: simulator.applicationId,
        TTS_SIMULATOR_KEY: simulator.apiKey,
      },
    });
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
    await simulator.stop();
  });
  afterEach(() => {
    assert.deepEqual(editor.errors.splice(0), []);
  });

  it("has nothing in its forms that the editor would ask about at each deploy", async () => {
    const invalid = await editor.page.evaluate<string[]>(`(() => {
      const found = [];
      const look = (node) => { if (node.valid === false) found.push(node.id); };
      RED.nodes.eachNode(look);
      RED.nodes.eachConfig(look);
      return found;
    })()`);
    assert.deepEqual(invalid, []);
  });

  it("receives from every device", async () => {
    const { workspace } = editor;
    const messages = await workspace.debug();
    await workspace.shows("demo-j1", "waiting: all devices");
    for (const device of ["thermometer-1", "tracker-1", "door-1"]) simulator.uplink(device);
    await workspace.shows("demo-u1", /^thermometer-1 · FPort \d+ · \d\d:\d\d$/);
    await workspace.shows("demo-u2", /^tracker-1 · FPort \d+ · \d\d:\d\d$/);
    await workspace.shows("demo-u3", /^door-1 · FPort \d+ · \d\d:\d\d$/);
    await messages.filter({ hasText: "temperature" }).first().waitFor();
    await messages.filter({ hasText: "latitude" }).first().waitFor();
    await editor.screenshotOfAll("demo", 1400, 900);
  });

  it("sends at the press of a button, and explains mistakes", async function () {
    this.timeout(120_000);
    const { workspace } = editor;
    await workspace.show("Send");
    const messages = await workspace.debug();
    for (const number of [2, 3, 4, 7, 8, 9]) await workspace.press(`demo-i${number}`);
    await workspace.shows("demo-x1", "sent · door-1");
    await workspace.shows("demo-x3", /^(queued|sent) · therm/);
    await workspace.shows("demo-x8", "FPort 224");
    await messages.filter({ hasText: "FPorts go from 1 to 223" }).first().waitFor();
    // These wait until no answer is an error.
    await workspace
      .status("demo-x6")
      .filter({ hasText: /no device|formatter failed/ })
      .waitFor({ timeout: 20_000 });
    await workspace
      .status("demo-x7")
      .filter({ hasText: /no device|formatter failed/ })
      .waitFor({ timeout: 20_000 });
    await editor.screenshotOfAll("demo-send", 1480, 1060);
  });
});
