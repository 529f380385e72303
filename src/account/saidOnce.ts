/** Reasons that are each said once until all is well again, also where they take turns. */
export class SaidOnce<T> {
  readonly #said = new Set<T>();

  /** Whether it was not said yet. It is from now on. */
  isNew(reason: T): boolean {
    const isNew = !this.#said.has(reason);
    this.#said.add(reason);
    return isNew;
  }

  /** @param but what is not well yet */
  forget(but?: T): void {
    for (const reason of this.#said) if (reason !== but) this.#said.delete(reason);
  }
}
