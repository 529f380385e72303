import type { NodeAPI } from "node-red";

/** The member, of whatever it is. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The definition of the default context store, as Node-RED finds it. */
function defaultStore(stores: unknown): unknown {
  if (typeof stores !== "object" || stores === null) return undefined;
  const chosen = memberOf(stores, "default");
  if (typeof chosen === "string") return memberOf(stores, chosen);
  return chosen ?? memberOf(stores, Object.keys(stores).find((name) => name !== "_") ?? "");
}

/** The user directory, where what is in the default context store outlives a restart. */
export function directoryToKeepIn(RED: NodeAPI): string | undefined {
  const store = memberOf(defaultStore(memberOf(RED.settings, "contextStorage")), "module");
  const userDir = memberOf(RED.settings, "userDir");
  return store !== undefined && store !== "memory" && typeof userDir === "string" ? userDir : undefined;
}
