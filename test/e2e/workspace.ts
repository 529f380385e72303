/** What a user does beside the forms: drag nodes from the palette, wire them, look at statuses and at the debug sidebar, export. */
import type { Locator, Page } from "playwright-core";

export interface Point {
  readonly x: number;
  readonly y: number;
}

async function centreOf(part: Locator): Promise<Point> {
  await part.scrollIntoViewIfNeeded();
  const box = await part.boundingBox();
  if (!box) throw new Error(`Not to be seen: ${part.toString()}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export class Workspace {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Drags a node from the palette into the flow, its middle to this point of the workspace, and gives its ID. */
  async drag(type: string, to: Point): Promise<string> {
    const before = await this.#ids();
    const chart = await this.#page.locator("#red-ui-workspace-chart").boundingBox();
    if (!chart) throw new Error("No workspace");
    const from = await centreOf(this.#page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`));
    await this.#dragMouse(from, { x: chart.x + to.x, y: chart.y + to.y });
    await this.#page.locator(".red-ui-flow-node-group").nth(before.length).waitFor();
    const id = (await this.#ids()).find((candidate) => !before.includes(candidate));
    if (id === undefined) throw new Error(`${type} was not dropped`);
    return id;
  }

  /** Draws a wire from the output of one node to the input of another. */
  async wire(from: string, to: string): Promise<void> {
    const wires = this.#page.locator(".red-ui-flow-link-line");
    const before = await wires.count();
    const output = this.node(from).locator(".red-ui-flow-port-output .red-ui-flow-port").first();
    const input = this.node(to).locator(".red-ui-flow-port-input .red-ui-flow-port");
    await this.#dragMouse(await centreOf(output), await centreOf(input));
    // A wire that runs straight has no height, which counts as hidden.
    await wires.nth(before).waitFor({ state: "attached" });
  }

  node(id: string): Locator {
    return this.#page.locator(`.red-ui-flow-node-group[id="${id}"]`);
  }

  /** Opens a node's form as a user does, and gives it. */
  async open(id: string): Promise<Locator> {
    await this.node(id).dblclick();
    const form = this.#page.locator("#dialog-form");
    await form.locator("#node-input-name").waitFor();
    return form;
  }

  /** The label under a node, which has the status in it; hidden while there is none. */
  status(id: string): Locator {
    return this.node(id).locator(".red-ui-flow-node-status-label");
  }

  /** Waits until a node shows this status. */
  async shows(id: string, status: string | RegExp): Promise<void> {
    await this.status(id).filter({ hasText: status }).waitFor();
  }

  /** Presses the button of a node, such as that of an inject node. */
  async press(id: string): Promise<void> {
    await this.node(id).locator(".red-ui-flow-node-button-button").click();
  }

  /** Goes to a tab. */
  async show(tab: string): Promise<void> {
    await this.#page.locator("#red-ui-workspace-tabs li").filter({ hasText: tab }).click();
  }

  /** Opens the debug sidebar and gives the messages in it, which come one by one. */
  async debug(): Promise<Locator> {
    await this.#page.evaluate(() => RED.actions.invoke("core:show-debug-tab"));
    await this.#page.locator(".red-ui-debug-content-list").waitFor();
    return this.#page.locator(".red-ui-debug-msg");
  }

  /** What the export dialog gives of all flows. */
  async export(): Promise<string> {
    await this.#page.evaluate(() => RED.actions.invoke("core:show-export-dialog"));
    await this.#page.locator("#red-ui-clipboard-dialog-export-rng-full").click();
    await this.#page.locator("#red-ui-clipboard-dialog-export-tab-clipboard-tabs").getByText("JSON").click();
    const text = await this.#page.locator("#red-ui-clipboard-dialog-export-text").inputValue();
    await this.#page.locator("#red-ui-clipboard-dialog-cancel").click();
    await this.#page.locator("#red-ui-clipboard-dialog-export-text").waitFor({ state: "hidden" });
    return text;
  }

  async #ids(): Promise<string[]> {
    return this.#page
      .locator(".red-ui-flow-node-group")
      .evaluateAll((groups) => groups.map((group) => group.id));
  }

  /** In several steps: the editor takes one single move for a click. */
  async #dragMouse(from: Point, to: Point): Promise<void> {
    const { mouse } = this.#page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + 10, from.y + 10, { steps: 2 });
    await mouse.move(to.x, to.y, { steps: 8 });
    await mouse.up();
  }
}

/** The part of the editor's global that this file uses. */
declare const RED: { actions: { invoke(action: string): void } };
