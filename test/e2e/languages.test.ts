import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { EditorPage } from "./editor-page";
import { assertFits, assertNotCutOff, assertUnbroken, assertWellMade, NARROW } from "./form-checks";
import { PACKAGE, startNodeRed, type NodeRed } from "./node-red";

/** A language that the package may or may not have: here each of its texts is the English one with this in front. */
const MARK = "de";
const LANGUAGE = "de";

const marked = (json: string): string =>
  JSON.stringify(
    JSON.parse(json, (key, value: unknown) => {
      if (typeof value !== "string") return value;
      return key === "language" ? LANGUAGE : `${MARK} ${value}`;
    }),
  );

/** The package as it is built, with one language more. */
async function withLanguage(folder: string): Promise<void> {
  await cp(path.join(PACKAGE, "package.json"), path.join(folder, "package.json"));
  await cp(path.join(PACKAGE, "dist"), path.join(folder, "dist"), { recursive: true });
  await symlink(path.join(PACKAGE, "node_modules"), path.join(folder, "node_modules"));
  const locales = path.join(folder, "dist/locales");
  await mkdir(path.join(locales, LANGUAGE), { recursive: true });
  const runtime = await readFile(path.join(locales, "en-US.json"), "utf8");
  await writeFile(path.join(locales, `${LANGUAGE}.json`), marked(runtime));
  for (const file of await readdir(path.join(locales, "en-US"))) {
    const text = await readFile(path.join(locales, "en-US", file), "utf8");
    const translated = file.endsWith(".json") ? marked(text) : text.replace(/>\n/, `>\n${MARK} `);
    await writeFile(path.join(locales, LANGUAGE, file), translated);
  }
}

describe("texts in another language", () => {
  let folder: string;
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(path.join(tmpdir(), "tts-languages-"));
    await withLanguage(folder);
    nodeRed = await startNodeRed(
      [
        { id: "tab", type: "tab", label: "Flow 1" },
        { id: "connection", type: "tts-connection", applicationId: "", host: "127.0.0.1" },
        { id: "uplink", type: "tts-uplink", z: "tab", connection: "connection", x: 200, y: 100, wires: [[]] },
      ],
      { nodesDir: [folder], lang: LANGUAGE },
    );
  });
  afterEach(async () => {
    assert.deepEqual(editor.errors, []);
    await editor.close();
  });
  after(async () => {
    await nodeRed.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("are those of Node-RED's setting in statuses and errors, and of the browser in forms", async () => {
    editor = await EditorPage.open(nodeRed, "en-GB");
    await editor.workspace.shows("uplink", /^de not config/);
    await nodeRed.logged(new RegExp(`tts-\\w+:[^\\]]+\\] ${MARK} `));
    const form = await editor.openNode("uplink");
    assert.equal((await form.locator("label[for='node-input-devices']").innerText()).trim(), "Devices");
  });

  it("are those of the browser in forms, reasons, names of nodes and help", async () => {
    editor = await EditorPage.open(nodeRed, "de-CH");
    const form = await editor.openNode("uplink");
    assert.equal(
      (await form.locator("label[for='node-input-devices']").innerText()).trim(),
      `${MARK} Devices`,
    );
    await form.locator("#node-input-ports").fill("300");
    assert.match(await form.locator("#node-input-ports-reason").innerText(), new RegExp(`^${MARK} `));
    await editor.cancel();
    const label = editor.page.locator(".red-ui-palette-node[data-palette-type='tts-uplink']");
    // The palette breaks what is too long.
    assert.equal((await label.innerText()).replace(/\s+/g, " ").trim(), `${MARK} lorawan uplink`);
    await editor.page.evaluate(() => RED.sidebar.help.show("tts-uplink", true));
    const help = editor.page.locator(".red-ui-help:visible p").first();
    assert.match(await help.innerText(), new RegExp(`^${MARK} `));
  });
});

const TRANSLATIONS = readdirSync(path.join(PACKAGE, "dist/locales")).filter(
  (name) => name !== "en-US" && !name.endsWith(".json"),
);

/** What a form calls the devices in a language: by that it is known that it speaks it. */
function devicesIn(language: string): string {
  const file = path.join(PACKAGE, "dist/locales", language, "tts-uplink.json");
  const catalogue = JSON.parse(readFileSync(file, "utf8")) as { label: { devices: string } };
  return catalogue.label.devices;
}

/** On one Node-RED only: what is too long for a form is so on all of them. */
const describeOnce = process.env.NODE_RED === undefined ? describe : describe.skip;

describeOnce("the forms in another language", () => {
  let nodeRed: NodeRed;
  let editor: EditorPage;

  before(async function () {
    this.timeout(120_000);
    const types = ["tts-uplink", "tts-join", "tts-event", "tts-downlink", "tts-watch", "tts-home-assistant"];
    const nodes = types.map((type, index) => {
      const at = { x: 200, y: 60 * (index + 1), commands: [{ component: "number", encoding: "bytes" }] };
      return { id: type, type, z: "tab", connection: "connection", wires: [[]], ...at };
    });
    nodeRed = await startNodeRed(
      [
        { id: "tab", type: "tab", label: "Flow 1" },
        {
          id: "connection",
          type: "tts-connection",
          host: "127.0.0.1",
          port: "1",
          applicationId: "my-app",
        },
        ...nodes,
      ],
      { credentials: { connection: { apiKey: "NNSXS.none" } } },
    );
    editor = await EditorPage.open(nodeRed);
  });
  after(async () => {
    await editor.close();
    await nodeRed.stop();
  });

  for (const language of TRANSLATIONS)
    it(`fit into a narrow tray, every label with its input (${language})`, async function () {
      this.timeout(120_000);
      await editor.openIn(language);
      for (const type of [
        ...["tts-connection", "tts-uplink", "tts-join", "tts-event", "tts-downlink"],
        ...["tts-watch", "tts-home-assistant"],
      ]) {
        const isConfig = type === "tts-connection";
        const form = isConfig ? await editor.openConfig(type, "connection") : await editor.openNode(type);
        if (type === "tts-uplink") {
          const label = form.locator("label[for='node-input-devices']");
          assert.equal((await label.innerText()).trim(), devicesIn(language));
        }
        await form
          .locator("details")
          .evaluateAll((all) => all.forEach((one) => one.setAttribute("open", "")));
        await assertWellMade(form);
        await assertFits(form);
        await assertUnbroken(form);
        await assertNotCutOff(form);
        await editor.screenshot(`${language}-${type}`);
        const narrow = await editor.page.addStyleTag({ content: NARROW });
        await assertFits(form);
        await assertUnbroken(form);
        await editor.screenshot(`${language}-narrow-${type}`);
        await narrow.evaluate((element: HTMLElement) => element.remove());
        await editor.closeForms();
      }
      assert.deepEqual(editor.errors.splice(0), []);
    });
});

/** The part of the editor's global that this file uses. */
declare const RED: { sidebar: { help: { show(type: string, bringToFront: boolean): void } } };
