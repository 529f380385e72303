/** The editor of a running Node-RED in a real browser, worked by hand: clicks and keys, no calls into the nodes. */
import { existsSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type CDPSession, type Locator, type Page } from "playwright-core";
import type { FlowNode, NodeRed } from "./node-red";
import { Workspace } from "./workspace";

/** The first is Chromium without a window, which is quicker. */
const BROWSERS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const CHROMIUM = process.env.CHROMIUM ?? BROWSERS.find((file) => existsSync(file)) ?? "/usr/bin/chromium";
/** `SCREENSHOTS=<folder>` takes pictures of the forms, in every theme that Node-RED has. */
const SCREENSHOTS = process.env.SCREENSHOTS;

/** The parts of the editor's global that the tests use. */
declare const jQuery: { fx: { off: boolean } };
declare const RED: {
  nodes: { node(id: string): object | null };
  editor: {
    edit(node: object | null): void;
    editConfig(name: string, type: string, id: string): void;
  };
  actions: { invoke(action: string): void };
  settings: { version: string };
};

export type Theme = "light" | "dark";

export interface User {
  readonly name: string;
  readonly password: string;
}

const VIEWPORT = { width: 1400, height: 1900 };

let running: Promise<Browser> | undefined;

/** One for all files that a process of mocha runs, a context of its own each; Playwright ends it with the process. */
export async function theBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(
      `The browser tests need Chromium: apt-get install -y --no-install-recommends chromium (or CHROMIUM=<path>)`,
    );
  }
  const browser = await running;
  if (browser?.isConnected()) return browser;
  running = chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  return running;
}

export class EditorPage {
  /** Errors of the page and of its console since the last look. */
  readonly errors: string[] = [];
  readonly page: Page;
  /** Flow, palette, debug sidebar, export. */
  readonly workspace: Workspace;
  readonly #devtools: CDPSession;
  readonly #nodeRed: NodeRed;

  private constructor(page: Page, devtools: CDPSession, nodeRed: NodeRed) {
    this.page = page;
    this.#devtools = devtools;
    this.workspace = new Workspace(page);
    this.#nodeRed = nodeRed;
  }

  /**
   * @param locale the language that the browser asks for
   * @param user who logs in first, where one must
   */
  static async open(nodeRed: NodeRed, locale = "en-US", user?: User): Promise<EditorPage> {
    const browser = await theBrowser();
    const context = await browser.newContext({ locale, viewport: VIEWPORT });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const editor = new EditorPage(page, devtools, nodeRed);
    // A library for diagrams in descriptions, of which no test has one: megabytes that each page would compile.
    await devtools.send("Network.enable");
    await devtools.send("Network.setBlockedURLs", { urls: ["*/vendor/mermaid/*"] });
    page.setDefaultTimeout(10_000);
    page.on("pageerror", ({ message }) => {
      // Node-RED before 4.1 itself, when a status comes while it loads the flow.
      if (!/^\w+\._ is not a function$/.test(message)) editor.errors.push(message);
    });
    page.on("console", (message) => {
      // A handler of a form that throws is only logged by the editor.
      const isError =
        message.type() === "error" || /^(oneditprepare|oneditsave|Validation error)/.test(message.text());
      if (isError) editor.errors.push(`${message.text()} (${message.location().url})`);
    });
    await editor.#load(user);
    return editor;
  }

  async #load(user?: User): Promise<void> {
    const { page } = this;
    await page.goto(this.#nodeRed.url, { timeout: 20_000, waitUntil: "commit" });
    if (user) {
      await page.locator("#node-dialog-login-username").fill(user.name, { timeout: 20_000 });
      await page.locator("#node-dialog-login-password").fill(user.password);
      await page.locator("#node-dialog-login-submit").click();
    }
    await page.locator("#red-ui-workspace-tabs li").first().waitFor({ timeout: 20_000 });
    await page.locator("#red-ui-loading-progress").waitFor({ state: "hidden", timeout: 20_000 });
    await page.addStyleTag({ content: "* { transition: none !important; animation: none !important; }" });
    await page.evaluate(() => (jQuery.fx.off = true));
  }

  /** Opens the editor anew, with these flows on the server. */
  async openWith(flows: readonly FlowNode[]): Promise<void> {
    await this.#leave();
    await this.#nodeRed.setFlows(flows);
    await this.#load();
  }

  /** Opens the editor anew for another user. */
  async openAs(user: User): Promise<void> {
    await this.#leave();
    await this.#load(user);
  }

  /** Opens the editor anew in the language that a user has chosen in its settings. */
  async openIn(language: string): Promise<void> {
    await this.page.evaluate((chosen) => localStorage.setItem("editor-language", chosen), language);
    await this.reload();
  }

  /** As by the browser's button, and waits until it is there again. */
  async reload(): Promise<void> {
    await this.page.goto("about:blank");
    await this.#load();
  }

  /** Nothing stays of what has been done or chosen; what was loaded needs not be compiled again. */
  async #leave(): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.setViewportSize(VIEWPORT);
    await this.#devtools.send("Storage.clearDataForOrigin", {
      origin: this.#nodeRed.url,
      storageTypes: "local_storage",
    });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Whether Node-RED is older than that, as in `4.1`: it cannot do everything that its successors can. */
  async isBefore(version: string): Promise<boolean> {
    const own = await this.page.evaluate(() => RED.settings.version);
    return own.localeCompare(version, undefined, { numeric: true }) < 0;
  }

  /** Opens a node's form and gives it. */
  async openNode(id: string): Promise<Locator> {
    await this.page.evaluate((nodeId) => RED.editor.edit(RED.nodes.node(nodeId)), id);
    const form = this.page.locator("#dialog-form");
    await form.locator("#node-input-name").waitFor();
    // The editor moves the focus there once it has slid in.
    await this.page.locator(".red-ui-tray :focus").waitFor();
    return form;
  }

  /** Opens a config node's form and gives it. */
  async openConfig(type: string, id: string): Promise<Locator> {
    await this.page.evaluate(([t, i]) => RED.editor.editConfig("", t ?? "", i ?? ""), [type, id]);
    const form = this.page.locator("#node-config-dialog-edit-form");
    await form.locator("#node-config-input-name").waitFor();
    return form;
  }

  /** Begins a new connection in the open form of a node, and gives its form. */
  async newConnection(form: Locator): Promise<Locator> {
    const add = form.locator("#node-input-btn-connection-add");
    if ((await add.count()) > 0) await add.click();
    else {
      // Node-RED 3.1
      await form.locator("#node-input-connection").selectOption("_ADD_");
      await form.locator("#node-input-lookup-connection").click();
    }
    const config = this.page.locator("#node-config-dialog-edit-form");
    await config.locator("#node-config-input-name").waitFor();
    return config;
  }

  async done(): Promise<void> {
    await this.page.locator("#node-dialog-ok").click();
    await this.page.locator("#dialog-form").waitFor({ state: "detached" });
  }

  async cancel(): Promise<void> {
    await this.page.locator("#node-dialog-cancel").click();
    await this.page.locator("#dialog-form").waitFor({ state: "detached" });
  }

  async doneConfig(): Promise<void> {
    await this.page.locator("#node-config-dialog-ok").click();
    await this.page.locator("#node-config-dialog-edit-form").waitFor({ state: "detached" });
  }

  async cancelConfig(): Promise<void> {
    await this.page.locator("#node-config-dialog-cancel").click();
    await this.page.locator("#node-config-dialog-edit-form").waitFor({ state: "detached" });
  }

  /** Cancels the forms that a test has left open. */
  async closeForms(): Promise<void> {
    if (await this.page.locator("#node-config-dialog-cancel").isVisible()) await this.cancelConfig();
    if (await this.page.locator("#node-dialog-cancel").isVisible()) await this.cancel();
  }

  /** Imports nodes by the import dialog; as a copy, should some of them be there already. */
  async import(flow: string): Promise<void> {
    await this.page.evaluate(() => RED.actions.invoke("core:show-import-dialog"));
    const text = this.page.locator("#red-ui-clipboard-dialog-import-text");
    await text.fill(flow);
    await text.press("End"); // the dialog looks at what is there at each key
    await this.page.locator("#red-ui-clipboard-dialog-ok").click();
    await text.waitFor({ state: "hidden" });
    const copy = this.page
      .locator(".red-ui-notification:visible")
      .getByRole("button", { name: "Import copy" });
    if (await copy.isVisible()) await copy.click();
  }

  /** Deploys by the button, also what is not complete, and gives the flow as the server has it then. */
  async deploy(): Promise<readonly FlowNode[]> {
    const saved = this.page.waitForResponse(
      (response) => response.url().endsWith("/flows") && response.request().method() === "POST",
    );
    await this.page.locator("#red-ui-header-button-deploy").click();
    // Others that are open have a primary button as well.
    const confirm = this.page.locator("#red-ui-deploy-dialog-confirm-deploy-deploy:visible");
    await Promise.race([saved, confirm.click().catch(() => undefined)]);
    if (!(await saved).ok()) throw new Error("Deploying failed");
    // The editor forgets the credentials of all nodes when it has the answer: a form that is open by then cannot be saved.
    await this.page.locator(".red-ui-deploy-button-spinner").waitFor({ state: "hidden" });
    return this.#nodeRed.getFlows();
  }

  /** A picture of the form that is open, down to its last field. */
  async screenshot(name: string, keepFocus = false): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    await this.#settle(keepFocus);
    const tray = this.page.locator(".red-ui-tray").last();
    const [frame, form] = await Promise.all([tray.boundingBox(), tray.locator(".tts-form").boundingBox()]);
    if (!frame || !form) throw new Error("No form to take a picture of");
    const { x, y, width } = frame;
    const height = Math.min(frame.height, form.y + form.height + 6 - y);
    await this.#picture(name, { x, y, width, height });
  }

  /** Those that this Node-RED has. */
  async themes(): Promise<readonly Theme[]> {
    const version = await this.page.evaluate(() => RED.settings.version);
    return Number.parseInt(version) >= 5 ? ["light", "dark"] : ["light"];
  }

  /** As Node-RED 5 does it when a user chooses. */
  async setTheme(theme: Theme): Promise<void> {
    await this.page.evaluate(
      (isDark) => void document.documentElement.classList.toggle("nr-theme-dark", isDark),
      theme === "dark",
    );
  }

  async screenshotOf(name: string, part: Locator, highest = Infinity): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    await this.#settle();
    const clip = await part.boundingBox();
    if (clip) await this.#picture(name, { ...clip, height: Math.min(clip.height, highest) });
  }

  /** A picture of the whole editor in a window of this size. */
  async screenshotOfAll(name: string, width: number, height: number): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    await this.#settle();
    const usual = this.page.viewportSize();
    await this.page.setViewportSize({ width, height });
    // The newest messages are at the end of the debug sidebar.
    await this.page
      .locator(".red-ui-debug-content")
      .evaluateAll((lists) => lists.forEach((list) => (list.scrollTop = list.scrollHeight)));
    await this.#picture(name, { x: 0, y: 0, width, height });
    if (usual) await this.page.setViewportSize(usual);
  }

  /** Neither a field with the focus, unless the picture is about it, nor the mouse belongs in a picture. */
  async #settle(keepFocus = false): Promise<void> {
    await this.page.evaluate((keeps) => {
      if (!keeps && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    }, keepFocus);
    await this.page.mouse.move(5, 5);
  }

  async #picture(name: string, clip: { x: number; y: number; width: number; height: number }): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    for (const theme of await this.themes()) {
      await this.setTheme(theme);
      const file = path.resolve(SCREENSHOTS, theme === "light" ? `${name}.png` : `${name}-${theme}.png`);
      await this.page.screenshot({
        path: file,
        clip,
        style: "#red-ui-notifications, #red-ui-full-shade, .red-ui-help-tips { display: none !important }",
      });
    }
    await this.setTheme("light");
  }
}
