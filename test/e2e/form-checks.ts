/** What holds for every form. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";

/** Every text of a form comes from the catalogue, and every label belongs to an input. */
export async function assertWellMade(form: Locator): Promise<void> {
  const texts = await form
    .locator("[data-i18n]")
    .evaluateAll((elements) =>
      elements.map((element) => element.textContent + (element.getAttribute("placeholder") ?? "")),
    );
  const keys = /^$|(label|option|help|placeholder|hint|line|validation)\.[a-z]/;
  assert.deepEqual(
    texts.filter((text) => keys.test(text)),
    [],
  );
  const unbound = await form.locator("label").evaluateAll((labels) =>
    labels
      .filter((label) => {
        const id = label.getAttribute("for");
        return id === null ? !label.querySelector("input") : !document.getElementById(id);
      })
      .map((label) => label.textContent),
  );
  assert.deepEqual(unbound, []);
}

/** Nothing of a form is cut off at its right. */
export async function assertFits(form: Locator): Promise<void> {
  const tooWide = await form.locator("*").evaluateAll((elements) => {
    const edge = elements[0]?.closest(".red-ui-tray")?.getBoundingClientRect().right ?? 0;
    return elements
      .filter(
        (element) => element.getClientRects().length > 0 && element.getBoundingClientRect().right > edge + 1,
      )
      .map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(tooWide, []);
}
