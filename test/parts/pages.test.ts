/** Dashboard and map in a real browser. `SCREENSHOTS=<folder>` takes pictures of them. */
import assert from "node:assert/strict";
import path from "node:path";
import type { Locator, Page } from "playwright-core";
import { theBrowser } from "../e2e/editor-page";
import { type FlowNode, type NodeRed } from "../e2e/node-red";
import { changed } from "./changed";
import { startWithParts } from "./nodeRed";

const SCREENSHOTS = process.env.SCREENSHOTS;

describe("pages", () => {
  let nodeRed: NodeRed;
  let page: Page;

  before(async () => {
    nodeRed = await startWithParts();
    page = await (await theBrowser()).newPage({ viewport: { width: 1180, height: 960 } });
    // The background of a map comes from elsewhere: nothing for a test to wait for.
    if (SCREENSHOTS === undefined)
      await page.route(
        (url) => url.hostname !== "127.0.0.1",
        (route) => route.abort(),
      );
  });
  after(async () => {
    await page.close();
    await nodeRed.stop();
  });
  afterEach(() => nodeRed.setFlows([]));

  /** Opens a page that these nodes make. */
  async function open(nodes: readonly FlowNode[], address: string): Promise<void> {
    nodeRed.clearLog();
    await nodeRed.setFlows(nodes);
    // It answers before the nodes are there.
    await nodeRed.logged(/\[tts-connection:[^\]]*\] Connected to/);
    await page.goto(`${nodeRed.url}${address}`);
  }

  async function picture(name: string, part: Page | Locator = page): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    await part.screenshot({ path: path.resolve(SCREENSHOTS, `${name}.png`) });
  }

  const chart = (label: string) => page.getByRole("img", { name: `This is a chart about "${label}"` });

  it("a chart has a line for each of three devices, another one for each device and field", async () => {
    await open(changed("Chart of all devices"), "/dashboard/lorawan-chart");
    for (const device of ["thermometer-1", "tracker-1", "door-1"])
      await page.getByRole("img", { name: `is a Line chart representing ${device}.` }).waitFor();
    const signal = (await chart("Signal (dBm)").getAttribute("aria-label")) ?? "";
    assert.match(signal, /consists of 3 series/);
    assert.match(signal, /representing tracker-1\.The data is as follows: \d{13}, -\d+/);
    await page.getByRole("img", { name: "representing thermometer-1/humidity" }).waitFor();
    assert.match(
      (await chart("Temperature and humidity").getAttribute("aria-label")) ?? "",
      /consists of 2 series.*representing thermometer-1\/temperature\.The data is as follows: \d{13}, 2\d/,
    );
    assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
  });

  it("a gauge shows a value, and a table a row for each device", async () => {
    await open(changed("Gauge and table"), "/dashboard/lorawan-gauge");
    await page
      .locator(".nrdb-ui-gauge")
      .filter({ hasText: /2\d(\.\d+)?\s*°C/ })
      .waitFor();
    const rows = page.locator(".nrdb-ui-table tbody tr");
    await rows.filter({ hasText: /thermometer-1\s*online\s*\d+\s*-\d+\s*87\.4/ }).waitFor();
    await rows.filter({ hasText: /door-1\s*online/ }).waitFor();
    assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
  });

  it("a switch sends a downlink, and moves when the device says so", async () => {
    await open(changed("Switch with feedback"), "/dashboard/lorawan-switch");
    const field = (label: string, text: string) =>
      page.locator(".nrdb-ui-widget.nrdb-ui-text").filter({ hasText: new RegExp(`${label}\\s*${text}$`) });
    const toggle = page.getByRole("switch").or(page.getByRole("checkbox")).first();
    await field("The lock says", "(un)?locked").waitFor();
    const wasLocked = await field("The lock says", "locked").isVisible();
    assert.equal(await toggle.isChecked(), wasLocked);
    await toggle.click();
    await field("Downlink", "sent").waitFor();
    await field("The lock says", wasLocked ? "unlocked" : "locked").waitFor();
    await page.waitForFunction(
      (expected) => document.querySelector<HTMLInputElement>(".nrdb-ui-switch input")?.checked === expected,
      !wasLocked,
    );
    await picture("dashboard-switch", page.locator(".nrdb-ui-group"));
    assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
  });

  it("the three of them can share one page", async () => {
    const nodes = new Map<unknown, FlowNode>();
    for (const name of ["Chart of all devices", "Gauge and table", "Switch with feedback"])
      for (const node of changed(name)) nodes.set(node.id, node);
    const all = [...nodes.values()];
    const shared = all.find(({ type }) => type === "ui-page")?.id;
    await open(
      all.map((node) => (node.type === "ui-group" ? { ...node, page: shared } : node)),
      "/dashboard",
    );
    await page.getByRole("img", { name: "is a Line chart representing" }).first().waitFor();
    await page.locator(".nrdb-ui-gauge").waitFor();
    await page.locator(".nrdb-ui-switch input").click();
    const sent = page.locator(".nrdb-ui-widget.nrdb-ui-text").filter({ hasText: /Downlink\s*sent$/ });
    await sent.waitFor();
    // For lines of some length.
    if (SCREENSHOTS !== undefined) await page.waitForTimeout(45_000);
    await page.setViewportSize({ width: 840, height: 660 });
    await picture("dashboard");
  });

  it("a map has the tracker and the two devices that have a place", async () => {
    await open(changed("Trackers on a map"), "/worldmap/");
    const marker = (name: string) => page.locator(`.vector-marker[title="${name}"]`);
    for (const name of ["thermometer-1", "door-1"]) await marker(name).waitFor();
    await marker("tracker-1").click();
    const popup = page.locator(".leaflet-popup-content");
    await popup.filter({ hasText: /tracker-1[^]*52\.\d+/ }).waitFor();
    if (SCREENSHOTS !== undefined) await page.waitForTimeout(3_000);
    await page.setViewportSize({ width: 900, height: 560 });
    await picture("map");
    assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
  });
});
