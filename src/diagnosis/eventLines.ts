import { Pieces } from "./pieces";

/** Cuts a stream of bytes into its lines, of bounded length. */
export class EventLines {
  readonly #longest: number;
  #rest = new Pieces();
  #skipping = false;

  /** @param longest bytes; what is longer is skipped to its end */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The lines that end in this chunk, without what ends them. */
  take(chunk: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      this.#add(chunk.subarray(start, end));
      if (!this.#skipping) lines.push(this.#rest.whole());
      this.#clear();
      this.#skipping = false;
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
    return lines;
  }

  #add(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#rest.add(part);
    if (this.#rest.length <= this.#longest) return;
    this.#clear();
    this.#skipping = true;
  }

  #clear(): void {
    this.#rest = new Pieces();
  }
}
