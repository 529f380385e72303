/** What holds for every form. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";

/** A style with which a tray is as narrow as it may get. */
export const NARROW = ".red-ui-tray, .red-ui-tray-body { width: 300px !important; min-width: 0 !important; }";

/** Every text of a form comes from the catalogue, and every label belongs to an input. */
export async function assertWellMade(form: Locator): Promise<void> {
  const texts = await form
    .locator("[data-i18n]")
    .evaluateAll((elements) =>
      elements.map((element) => element.textContent + (element.getAttribute("placeholder") ?? "")),
    );
  const keys = /^$|(label|option|help|placeholder|hint|line|step|validation)\.[a-z]/;
  assert.deepEqual(
    texts.filter((text) => keys.test(text)),
    [],
  );
  const unbound = await form.locator("label").evaluateAll((labels) =>
    labels
      .filter((label) => {
        const id = label.getAttribute("for");
        return id === null ? !label.querySelector("input, select") : !document.getElementById(id);
      })
      .map((label) => label.textContent),
  );
  assert.deepEqual(unbound, []);
}

/** Nothing of a form is cut off at its right, and no text goes over its edge; what is too wide for it is scrolled. */
export async function assertFits(form: Locator): Promise<void> {
  const tooWide = await form.locator("*").evaluateAll((elements) => {
    const edge = elements[0]?.closest(".red-ui-tray")?.getBoundingClientRect().right ?? 0;
    return elements
      .filter(
        (element) =>
          !element.matches(".tts-wide *") &&
          element.getClientRects().length > 0 &&
          element.getBoundingClientRect().right > edge + 1,
      )
      .map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(tooWide, []);
  const overflowing = await form.locator("*").evaluateAll((elements) => {
    const edge = elements[0]?.closest(".tts-form, form")?.getBoundingClientRect().right ?? 0;
    const isOver = (node: Node): boolean => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()].some(({ right }) => right > edge + 1);
    };
    return elements
      .filter((element) => !element.matches("option, .red-ui-typedInput-container *, .tts-wide *"))
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && isOver(node)),
      )
      .map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(overflowing, []);
}

/** No word of a label is broken in two. Japanese has no spaces: there a run of Katakana is a word. */
export async function assertUnbroken(form: Locator): Promise<void> {
  const broken = await form
    .locator(".tts-label, .tts-topics > label, dt, legend, th, .tts-step-name")
    .evaluateAll((labels) => {
      const wordsOf = (text: string): RegExpExecArray[] => [
        ...text.matchAll(
          /(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}])+|[\p{Script=Katakana}ー]+/gu,
        ),
      ];
      const isBroken = (node: Node, from: number, to: number): boolean => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        const tops = [...range.getClientRects()]
          .filter(({ width }) => width > 0)
          .map(({ top }) => Math.round(top));
        return new Set(tops).size > 1;
      };
      const textsIn = (element: Element): Node[] => {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        const nodes: Node[] = [];
        while (walker.nextNode()) nodes.push(walker.currentNode);
        return nodes;
      };
      return labels.flatMap(textsIn).flatMap((node) =>
        wordsOf(node.nodeValue ?? "")
          .filter((word) => isBroken(node, word.index, word.index + word[0].length))
          .map(([word]) => word),
      );
    });
  assert.deepEqual(broken, []);
}

/** What is chosen in a list can be read to its end. */
export async function assertNotCutOff(form: Locator): Promise<void> {
  const cut = await form
    .locator(".red-ui-typedInput-option-label:visible")
    .evaluateAll((labels) =>
      labels.filter((label) => label.scrollWidth > label.clientWidth + 1).map((label) => label.textContent),
    );
  assert.deepEqual(cut, []);
}

/**
 * Text stands out from what is behind it: WCAG 2.1, 1.4.3 (4.5 to 1), whatever the theme. Let off: what is switched off, and links
 * and buttons, whose colours are Node-RED's own.
 */
export async function assertReadable(form: Locator): Promise<void> {
  const faint = await form.locator("*").evaluateAll((elements) => {
    // Mixed colours have forms of their own, such as `oklch(…)`: what is painted counts.
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const channels = (colour: string): number[] => {
      if (!canvas) return [];
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: string): number => {
      const [red = 0, green = 0, blue = 0] = channels(colour).map((value) =>
        value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const backgroundOf = (element: Element): string => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if (channels(backgroundColor)[3] !== 0) return backgroundColor;
      }
      return "rgb(255, 255, 255)";
    };
    const hasText = (element: Element): boolean =>
      element.matches("input[type='text'], select") ||
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
    return elements
      .filter((element) => element.getClientRects().length > 0 && hasText(element))
      .filter(
        (element) =>
          !element.matches(":disabled, :disabled *, option, a, .tts-link, .red-ui-button, .red-ui-button *"),
      )
      .map((element) => {
        const [one, other] = [getComputedStyle(element).color, backgroundOf(element)].map(luminance);
        const [dark = 0, light = 0] = [one ?? 0, other ?? 0].sort((a, b) => a - b);
        return { ratio: (light + 0.05) / (dark + 0.05), text: element.outerHTML.slice(0, 120) };
      })
      .filter(({ ratio }) => ratio < 4.5)
      .map(({ ratio, text }) => `${ratio.toFixed(1)}: ${text}`);
  });
  assert.deepEqual(faint, []);
}

/** The dark theme of Node-RED 5 has red for some texts that are grey in the light one; here only what is wrong is red. */
export async function assertQuiet(form: Locator): Promise<void> {
  const colours = await form
    .locator(".tts-help")
    .evaluateAll((all) => all.map((element) => getComputedStyle(element).color));
  for (const colour of new Set(colours)) {
    const channels = (colour.match(/\d+/g) ?? []).map(Number);
    assert.ok(Math.max(...channels) - Math.min(...channels) < 40, colour);
  }
}

/** Every field and button of a form is reached by the Tab key; of a group of radio buttons one is enough. */
export async function assertReachable(form: Locator): Promise<void> {
  const controls = form
    .locator("input, select, textarea, button, summary")
    .and(form.locator(":visible:enabled"));
  const names = (): Promise<string[]> =>
    controls.evaluateAll((all) =>
      all.map((element, index) => {
        const radios = element instanceof HTMLInputElement && element.type === "radio" ? element.name : "";
        const name =
          radios ||
          element.id ||
          `${element.getAttribute("class") ?? ""} ${element.textContent.trim()} (${index})`;
        element.setAttribute("data-test-name", name);
        return name;
      }),
    );
  const wanted = new Set(await names());
  const reached = new Set<string>();
  await controls.first().focus();
  for (let presses = 0; presses <= wanted.size + 20; presses++) {
    const name = await form.page().evaluate(() => document.activeElement?.getAttribute("data-test-name"));
    if (name) reached.add(name);
    await form.page().keyboard.press("Tab");
  }
  assert.deepEqual(
    [...wanted].filter((name) => !reached.has(name)),
    [],
  );
}

/** What can be reached by the Tab key has a name that a screen reader says. */
export async function assertNamed(form: Locator): Promise<void> {
  const nameless = await form
    // Those of the editor itself catch what browsers fill in.
    .locator("input:not([id^='red-ui-trap']), select, textarea, button, summary, a[href]")
    .and(form.locator(":visible:not(:disabled)"))
    .evaluateAll((controls) =>
      controls
        .filter((control) => {
          const labels =
            control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.labels : [];
          const own =
            control.getAttribute("aria-label") ?? control.getAttribute("title") ?? control.textContent;
          const by = document.getElementById(control.getAttribute("aria-labelledby") ?? "");
          return ![own, by?.textContent, ...[...(labels ?? [])].map((label) => label.textContent)].some(
            (name) => name?.trim(),
          );
        })
        .map((control) => control.outerHTML.slice(0, 160)),
    );
  assert.deepEqual(nameless, []);
}
