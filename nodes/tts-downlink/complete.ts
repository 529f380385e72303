/**
 * Gives a message with one more field to what copies it at once, as Node-RED does for Complete nodes when a node is done. Others
 * may hold the same message, and Catch nodes are to get it as it came in: for them nothing changes. One that takes no field, because
 * it is frozen or a setter throws, is given as it is.
 */
export function withField(message: object, name: string, value: unknown, give: () => void): void {
  const undo = put(message, name, value);
  try {
    give();
  } finally {
    undo();
  }
}

/** Returns what makes the message as it was before. Neither throws. */
function put(message: object, name: string, value: unknown): () => void {
  return quietly(() => {
    const before = Reflect.getOwnPropertyDescriptor(message, name);
    const isSet = Reflect.set(message, name, value);
    return () =>
      quietly(() => {
        if (before) Reflect.defineProperty(message, name, before);
        else if (isSet) Reflect.deleteProperty(message, name);
        return nothing;
      });
  });
}

const nothing = (): void => undefined;

function quietly(act: () => () => void): () => void {
  try {
    return act();
  } catch {
    return nothing;
  }
}
