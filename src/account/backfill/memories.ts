import type { Arrivals, KeptArrivals } from "./arrivals";

/** Where it is kept over restarts up to when uplinks came. */
export interface ArrivalMemory {
  /** Calls back once, at once or later, with whatever is there. */
  recall(then: (kept: unknown) => void): void;
  keep(kept: KeptArrivals): void;
}

const SAVE_EVERY_MS = 10_000;

/** Of all config nodes that want what came meanwhile: each keeps the same. */
export class ArrivalMemories {
  readonly #arrivals: Arrivals;
  readonly #memories = new Set<ArrivalMemory>();
  /** They have not answered yet. */
  #recalling = 0;
  #saving: NodeJS.Timeout | undefined;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
  }

  get size(): number {
    return this.#memories.size;
  }

  /** All that is kept is known. */
  get areRecalled(): boolean {
    return this.#recalling === 0;
  }

  /** @param then when it has answered */
  add(memory: ArrivalMemory, then: () => void): void {
    const isKnown = this.#arrivals.latest !== undefined;
    this.#memories.add(memory);
    this.#recalling += 1;
    memory.recall((kept) => {
      this.#recalling -= 1;
      if (!isKnown) this.#arrivals.restore(kept);
      then();
    });
  }

  remove(memory: ArrivalMemory): void {
    this.#keep([memory]);
    this.#memories.delete(memory);
  }

  end(): void {
    this.#keep(this.#memories);
    this.#memories.clear();
  }

  keepSoon(): void {
    if (this.#saving) return;
    this.#saving = setTimeout(() => {
      this.#saving = undefined;
      this.#keep(this.#memories);
    }, SAVE_EVERY_MS);
    this.#saving.unref();
  }

  #keep(memories: Iterable<ArrivalMemory>): void {
    const { kept } = this.#arrivals;
    if (!kept) return;
    for (const memory of memories) memory.keep(kept);
  }
}
