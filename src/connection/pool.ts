/** Something that many use and the last one closes. */
interface Shared {
  end(): Promise<void>;
}

interface Entry<T> {
  readonly resource: T;
  users: number;
}

export interface Lease<T> {
  readonly resource: T;
  /** Gives it back; resolves when nothing of it is left, where this was the last user. Safe to call twice. */
  release(): Promise<void>;
}

/** One resource per identity, opened for the first user and ended after the last. */
export class Pool<T extends Shared> {
  readonly #entries = new Map<string, Entry<T>>();

  get size(): number {
    return this.#entries.size;
  }

  get resources(): readonly T[] {
    return [...this.#entries.values()].map(({ resource }) => resource);
  }

  acquire(identity: string, open: () => T): Lease<T> {
    const entry = this.#entries.get(identity) ?? { resource: open(), users: 0 };
    this.#entries.set(identity, entry);
    entry.users += 1;
    let released = false;
    return {
      resource: entry.resource,
      release: async () => {
        if (released) return;
        released = true;
        entry.users -= 1;
        if (entry.users > 0) return;
        this.#entries.delete(identity);
        await entry.resource.end();
      },
    };
  }
}
