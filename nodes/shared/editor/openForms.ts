/** Which nodes are being edited: their properties are then what stands in the form, not what was saved. */
import type { EditedNode } from "./red";

export type Prefix = "node-input" | "node-config-input";

interface OpenForm {
  readonly prefix: Prefix;
  /** One of its fields: every form has it. */
  readonly field: HTMLElement | undefined;
}

const forms = new Map<string, OpenForm>();

export const markOpen = (node: EditedNode, prefix: Prefix): void =>
  void forms.set(node.id, { prefix, field: $(`#${prefix}-name`)[0] });

export const markClosed = (node: EditedNode): void => void forms.delete(node.id);

/** The button that deletes a node closes its form without a word to it. */
export function prefixOf(node: EditedNode): Prefix | undefined {
  const form = forms.get(node.id);
  if (form?.field?.isConnected === false) forms.delete(node.id);
  return forms.get(node.id)?.prefix;
}

const inField = (field: JQuery): unknown => (field.is(":checkbox") ? field.prop("checked") : field.val());

/** The value of a property as text: from the form while it is open, else as saved; empty where there is none. */
export function valueNow(node: EditedNode, property: string): string {
  const prefix = prefixOf(node);
  const value: unknown =
    prefix === undefined ? Reflect.get(node, property) : inField($(`#${prefix}-${property}`));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  const fallback = node._def.defaults[property]?.value;
  return typeof fallback === "string" ? fallback : "";
}
