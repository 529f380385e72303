/** Above this a message is not written down. */
const MOST_CHARACTERS = 16_384;
const DEEPEST = 20;
const BYTES = "$bytes";

/** What is left of the room for a message. */
interface Room {
  characters: number;
}

class NotPortable extends Error {}

/** As JSON can carry it: bytes as Base64. Throws where it cannot. */
function portable(value: unknown, room: Room, depth: number): unknown {
  if (depth > DEEPEST) throw new NotPortable();
  if (value instanceof Uint8Array) {
    take(room, value.length * 1.4);
    return { [BYTES]: Buffer.from(value).toString("base64") };
  }
  if (typeof value === "string") take(room, value.length);
  take(room, 8);
  if (typeof value !== "object" || value === null) {
    if (["function", "symbol", "bigint"].includes(typeof value)) throw new NotPortable();
    return value;
  }
  if (Array.isArray(value)) return value.map((each) => portable(each, room, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotPortable();
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      take(room, name.length);
      return [name, portable(each, room, depth + 1)];
    }),
  );
}

function take(room: Room, characters: number): void {
  room.characters -= characters;
  if (room.characters < 0) throw new NotPortable();
}

/** A message as text; undefined where it is too large, or has in it what belongs to this process, such as the response to a request. */
export function asPortable(message: object): string | undefined {
  try {
    return JSON.stringify(portable({ ...message }, { characters: MOST_CHARACTERS }, 0));
  } catch {
    return undefined;
  }
}

/** The other way. Throws where that is none. */
export function fromPortable(text: string): object {
  const message: unknown = JSON.parse(text, (name, value: unknown) => {
    // Not a member of any message.
    if (name === "__proto__") return undefined;
    if (typeof value !== "object" || value === null) return value;
    const bytes: unknown = Reflect.get(value, BYTES);
    return typeof bytes === "string" ? Buffer.from(bytes, "base64") : value;
  });
  return typeof message === "object" && message !== null ? message : {};
}
