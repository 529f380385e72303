/** So many are put together: each alone costs some hundred bytes, and a server may send single ones. */
const MOST_APART = 64;

/** Bytes that come in pieces. */
export class Pieces {
  #apart: Buffer[] = [];
  readonly #together: Buffer[] = [];
  #length = 0;

  /** Bytes. */
  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#apart.push(piece) < MOST_APART) return;
    this.#together.push(Buffer.concat(this.#apart));
    this.#apart = [];
  }

  whole(): Buffer {
    return Buffer.concat([...this.#together, ...this.#apart]);
  }
}
