/** Which nodes are being edited: their properties are then what stands in the form, not what was saved. */
import type { EditedNode } from "./red";

export type Prefix = "node-input" | "node-config-input";

const prefixes = new Map<string, Prefix>();

export const markOpen = (node: EditedNode, prefix: Prefix): void => void prefixes.set(node.id, prefix);

export const markClosed = (node: EditedNode): void => void prefixes.delete(node.id);

export const prefixOf = (node: EditedNode): Prefix | undefined => prefixes.get(node.id);

const inField = (field: JQuery): unknown => (field.is(":checkbox") ? field.prop("checked") : field.val());

/** The value of a property as text: from the form while it is open, else as saved; empty where there is none. */
export function valueNow(node: EditedNode, property: string): string {
  const prefix = prefixes.get(node.id);
  const value: unknown =
    prefix === undefined ? Reflect.get(node, property) : inField($(`#${prefix}-${property}`));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return String(value);
  const fallback = node._def.defaults[property]?.value;
  return typeof fallback === "string" ? fallback : "";
}
