import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { PACKAGE, startNodeRed, type NodeRed } from "../e2e/node-red";

const run = promisify(execFile);
const NAME = "@tts-flows/node-red-the-things-stack";

/** Only here is it seen whether a file is missing in the tarball: everything else runs from the checkout. */
describe("the packed package, installed into an empty user directory", () => {
  let userDir: string;
  let simulator: Simulator;
  let nodeRed: NodeRed;

  before(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tts-package-"));
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", userDir], { cwd: PACKAGE });
    const tarball = /"filename": "([^"]+)"/.exec(stdout)?.[1];
    assert.ok(tarball, stdout);
    await writeFile(path.join(userDir, "package.json"), '{ "name": "user-directory", "private": true }');
    await run("npm", ["install", "--no-audit", "--no-fund", `./${tarball}`], { cwd: userDir });

    simulator = await startSimulator();
    nodeRed = await startNodeRed(
      [
        { id: "tab", type: "tab", label: "Flow" },
        {
          id: "connection",
          type: "tts-connection",
          host: simulator.host,
          port: String(simulator.port),
          useTls: false,
          applicationId: simulator.applicationId,
          api: simulator.apiUrl,
        },
        {
          id: "uplink",
          type: "tts-uplink",
          z: "tab",
          connection: "connection",
          x: 0,
          y: 0,
          wires: [["debug"]],
        },
        {
          id: "debug",
          type: "debug",
          z: "tab",
          active: true,
          console: true,
          complete: "deviceId",
          x: 0,
          y: 0,
          wires: [],
        },
        { id: "demo-connection", type: "tts-connection", service: "demo" },
        {
          id: "demo-uplink",
          type: "tts-uplink",
          z: "tab",
          connection: "demo-connection",
          devices: "tracker-1",
          x: 0,
          y: 0,
          wires: [["debug"]],
        },
        { id: "inject", type: "inject", z: "tab", x: 0, y: 0, wires: [["downlink"]] },
        {
          id: "downlink",
          type: "tts-downlink",
          z: "tab",
          connection: "connection",
          device: "No Device",
          deviceType: "str",
          x: 0,
          y: 0,
          wires: [[]],
        },
        { id: "catch", type: "catch", z: "tab", scope: null, x: 0, y: 0, wires: [["caught"]] },
        {
          id: "caught",
          type: "debug",
          z: "tab",
          active: true,
          console: true,
          // The only place where Node-RED before 4.1 leaves the code.
          complete: "error.cause.code",
          x: 0,
          y: 0,
          wires: [],
        },
      ],
      { userDir, nodesDir: [], credentials: { connection: { apiKey: simulator.apiKey } } },
    );
  });
  after(async () => {
    await nodeRed.stop();
    await simulator.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  it("delivers an uplink", async () => {
    if (simulator.subscribes.length === 0) await simulator.next("subscribe");
    simulator.uplink("thermometer");
    await nodeRed.logged(/thermometer/);
  });

  it("delivers an uplink of the demo, which is a file of its own", async () => {
    await nodeRed.logged(/tracker-1/);
  });

  it("gives Catch nodes the code of an error", async () => {
    await fetch(`${nodeRed.url}/inject/inject`, { method: "POST" });
    await nodeRed.logged(/\[debug:caught\].*\binvalid_downlink\b/s);
  });

  it("brings forms, help, icons and examples", async () => {
    const html = await (await fetch(`${nodeRed.url}/nodes`, { headers: { accept: "text/html" } })).text();
    for (const type of [
      ...["tts-connection", "tts-uplink", "tts-join", "tts-event", "tts-downlink", "tts-watch"],
      "tts-home-assistant",
    ]) {
      assert.match(html, new RegExp(`data-template-name="${type}"`));
      assert.match(html, new RegExp(`data-help-name="${type}"`));
      const icon = await fetch(`${nodeRed.url}/icons/${NAME}/${type}.svg`);
      assert.match(await icon.text(), /^<svg/);
    }
    const examples: unknown = await (await fetch(`${nodeRed.url}/library/examples/flows/${NAME}`)).json();
    assert.ok(Array.isArray(examples) && examples.length >= 3);
  });

  it("holds no sources or tests", async () => {
    const installed = await readdir(path.join(userDir, "node_modules", NAME));
    assert.deepEqual(installed.sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist",
      "examples",
      "package.json",
    ]);
  });
});
