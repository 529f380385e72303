/** Works a typed input of Node-RED by hand. */
import type { Locator } from "playwright-core";

const containerOf = (form: Locator, id: string): Locator =>
  form.locator(`#${id} + .red-ui-typedInput-container`);

const menuOf = (form: Locator): Locator => form.page().locator(".red-ui-typedInput-options:visible");

/**
 * Opens a menu and clicks on one of its entries. The editor closes an open menu a moment after what closes it, and a click on the
 * trigger in that moment closes rather than opens: then a person clicks again.
 */
async function choose(form: Locator, trigger: Locator, value: string): Promise<void> {
  const entry = menuOf(form).locator(`a[value="${value}"]`);
  for (let tries = 1; ; tries++) {
    await trigger.click();
    const open = await entry.waitFor({ state: "visible", timeout: 1000 }).then(
      () => true,
      () => false,
    );
    if (open || tries === 3) break;
  }
  await entry.click();
  await menuOf(form).waitFor({ state: "hidden" });
}

/** The field that is typed into. */
export const typedField = (form: Locator, id: string): Locator =>
  containerOf(form, id).locator("input.red-ui-typedInput-input");

export async function chooseType(form: Locator, id: string, type: string): Promise<void> {
  await choose(form, containerOf(form, id).locator(".red-ui-typedInput-type-select"), type);
}

export async function fillTyped(form: Locator, id: string, type: string, value: string): Promise<void> {
  await chooseType(form, id, type);
  await typedField(form, id).fill(value);
  // A list of suggestions would lie over what comes next.
  await form.locator(".tts-label").first().click();
}

/** Chooses among fixed values. */
export async function chooseValue(form: Locator, id: string, value: string): Promise<void> {
  await choose(form, containerOf(form, id).locator(".red-ui-typedInput-option-trigger"), value);
}

/** The fixed values that are offered, in their order. */
export async function valuesOf(form: Locator, id: string): Promise<string[]> {
  await containerOf(form, id).locator(".red-ui-typedInput-option-trigger").click();
  const values = await menuOf(form).locator("a").allInnerTexts();
  // The menu listens to keys only while one of its entries has the focus.
  await menuOf(form).locator("a").first().press("Escape");
  await menuOf(form).waitFor({ state: "hidden" });
  return values;
}
