/** Works a typed input of Node-RED by hand. */
import type { Locator } from "playwright-core";

const containerOf = (form: Locator, id: string): Locator =>
  form.locator(`#${id} + .red-ui-typedInput-container`);

const menuOf = (form: Locator): Locator => form.page().locator(".red-ui-typedInput-options:visible");

/** The field that is typed into. */
export const typedField = (form: Locator, id: string): Locator =>
  containerOf(form, id).locator("input.red-ui-typedInput-input");

export async function chooseType(form: Locator, id: string, type: string): Promise<void> {
  await containerOf(form, id).locator(".red-ui-typedInput-type-select").click();
  await menuOf(form).locator(`a[value="${type}"]`).click();
}

export async function fillTyped(form: Locator, id: string, type: string, value: string): Promise<void> {
  await chooseType(form, id, type);
  await typedField(form, id).fill(value);
  // A list of suggestions would lie over what comes next.
  await form.locator(".tts-label").first().click();
}

/** Chooses among fixed values. */
export async function chooseValue(form: Locator, id: string, value: string): Promise<void> {
  await containerOf(form, id).locator(".red-ui-typedInput-option-trigger").click();
  await menuOf(form).locator(`a[value="${value}"]`).click();
}

/** The fixed values that are offered, in their order. */
export async function valuesOf(form: Locator, id: string): Promise<string[]> {
  await containerOf(form, id).locator(".red-ui-typedInput-option-trigger").click();
  const values = await menuOf(form).locator("a").allInnerTexts();
  await menuOf(form).press("Escape");
  return values;
}
