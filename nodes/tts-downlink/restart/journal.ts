import { randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/*
 * A context store writes to the disk when it likes: by default every thirty seconds. After a power failure, a downlink may stand
 * there as held that was published since. So before a downlink that was written down is published, its ID goes into this file, and
 * on to the disk. What the store has as held is published after a restart only if this very file is there and does not name it.
 */

const FILE = "tts-downlinks.journal";
/** Then it begins anew, and what was written down before is not published any more. */
const MOST_BYTES = 1_048_576;
const NAME = /^journal ([0-9a-f]{32})$/;
const LINE = /^(left|over) ([0-9a-f]{32})$/;

export const newId = (): string => randomBytes(16).toString("hex");

/** Which of the downlinks that were written down may not be published any more. One per user directory. */
export class Journal {
  readonly #file: string;
  readonly #left = new Set<string>();
  readonly #over = new Set<string>();
  readonly #onStuck: (file: string) => void;
  #name: string | undefined;
  #bytes = 0;
  #isStuck = false;

  /** @param onStuck once: it can neither be written nor deleted, and says of one that leaves now that it is held */
  constructor(userDir: string, onStuck: (file: string) => void = () => undefined) {
    this.#onStuck = onStuck;
    this.#file = path.join(userDir, FILE);
    this.#read();
  }

  /** What is written down names it. Undefined: nothing can be written into the file, and what is written down is not to be trusted. */
  get name(): string | undefined {
    if (this.#name === undefined || this.#bytes > MOST_BYTES) this.#begin();
    return this.#name;
  }

  /** Whether it may have been published, of what names this journal. */
  hasLeft(id: string, journal: string | undefined): boolean {
    return journal === undefined || journal !== this.#name || this.#left.has(id);
  }

  isOver(id: string): boolean {
    return this.#over.has(id);
  }

  /** Before it is published. Resists a power failure. */
  leaving(id: string): void {
    this.#left.add(id);
    this.#append(`left ${id}\n`, true);
  }

  /** Nothing is to be said or done of it any more. */
  over(id: string): void {
    this.#over.add(id);
    this.#append(`over ${id}\n`, false);
  }

  #read(): void {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch {
      return;
    }
    const [head = "", ...lines] = text.split("\n");
    this.#name = NAME.exec(head)?.[1];
    this.#bytes = text.length;
    for (const line of lines) {
      const [, what, id] = LINE.exec(line) ?? [];
      if (id !== undefined) (what === "left" ? this.#left : this.#over).add(id);
    }
  }

  #begin(): void {
    const name = newId();
    this.#name = undefined;
    this.#bytes = 0;
    if (this.#write(`journal ${name}\n`, true, "w")) this.#name = name;
  }

  #append(line: string, safely: boolean): void {
    if (this.#name === undefined || this.#write(line, safely, "a")) return;
    // Without the file nothing that is written down is trusted.
    this.#name = undefined;
    try {
      rmSync(this.#file, { force: true });
    } catch {
      if (!this.#isStuck) this.#onStuck(this.#file);
      this.#isStuck = true;
    }
  }

  #write(text: string, safely: boolean, flags: "a" | "w"): boolean {
    try {
      const file = openSync(this.#file, flags, 0o600);
      try {
        writeSync(file, text);
        if (safely) fdatasyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch {
      return false;
    }
    this.#bytes += text.length;
    return true;
  }
}

const journals = new Map<string, Journal>();

/** The one of this process. @param onStuck as in its constructor */
export function journalIn(userDir: string, onStuck: (file: string) => void): Journal {
  const journal = journals.get(userDir) ?? new Journal(userDir, onStuck);
  journals.set(userDir, journal);
  return journal;
}
