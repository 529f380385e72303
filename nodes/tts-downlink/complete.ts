/**
 * Gives a message with one more field to what copies it at once, as Node-RED does for Complete nodes when a node is done. Others
 * may hold the same message, and Catch nodes are to get it as it came in: for them nothing changes.
 */
export function withField(message: object, name: string, value: unknown, give: () => void): void {
  const before = Object.getOwnPropertyDescriptor(message, name);
  const isSet = Reflect.set(message, name, value);
  try {
    give();
  } finally {
    if (before) Reflect.defineProperty(message, name, before);
    else if (isSet) Reflect.deleteProperty(message, name);
  }
}
