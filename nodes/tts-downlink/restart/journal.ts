import { randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/*
 * A context store writes to the disk when it likes: by default every thirty seconds. After a power failure, a downlink may stand
 * there as held that was published since. So before a downlink that was written down is published, its ID goes into this file, and
 * on to the disk. What the store has as held is published after a restart only if this very file is there and does not name it. The
 * other way round, what waits here and is not in the store after a restart was lost, and is counted.
 */

const FILE = "tts-downlinks.journal";
/** Then it begins anew, and what was written down before is not published any more. */
const MOST_BYTES = 1_048_576;
const NAME = /^journal ([0-9a-f]{32})$/;
const LINE = /^(left|over) ([0-9a-f]{32})$/;
const WAITS = /^waits ([0-9a-f]{32}) (\S+)$/;
/** So many are written into a journal that begins anew. */
const MOST_WAITING = 5_000;
/** As many as a file can have. A store is seconds behind: none of before stands there any more. */
const MOST_OVER = 30_000;

export const newId = (): string => randomBytes(16).toString("hex");

/** Which of the downlinks that were written down may not be published any more. One per user directory. */
export class Journal {
  readonly #file: string;
  readonly #left = new Set<string>();
  readonly #over = new Set<string>();
  /** By ID the node that waits for it. */
  readonly #waiting = new Map<string, string>();
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

  /** A node has these to wait for: they are about to be given to the store. */
  waits(nodeId: string, downlinks: Iterable<{ readonly id: string; readonly hasLeft: boolean }>): void {
    let lines = "";
    for (const { id, hasLeft } of downlinks) {
      if (this.#waiting.has(id)) continue;
      this.#waiting.set(id, nodeId);
      lines += waitsLine(id, nodeId);
      if (!hasLeft) continue;
      this.#left.add(id);
      lines += leftLine(id);
    }
    if (lines !== "") this.#append(lines, false);
  }

  /** What an earlier process waited for at this node, and is not among these: told once. */
  lost(nodeId: string, found: ReadonlySet<string>): { readonly held: number; readonly followed: number } {
    const ids = [...this.#waiting].filter(([id, waiter]) => waiter === nodeId && !found.has(id));
    let held = 0;
    for (const [id] of ids) {
      if (!this.#left.has(id)) held += 1;
      this.over(id);
    }
    return { held, followed: ids.length - held };
  }

  /** Before it is published. Resists a power failure. */
  leaving(id: string): void {
    this.#left.add(id);
    this.#append(leftLine(id), true);
  }

  /** Nothing is to be said or done of it any more. */
  over(id: string): void {
    this.#over.add(id);
    this.#left.delete(id);
    this.#waiting.delete(id);
    const [oldest] = this.#over;
    if (this.#over.size > MOST_OVER && oldest !== undefined) this.#over.delete(oldest);
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
      const [, waiting, nodeId] = WAITS.exec(line) ?? [];
      if (id !== undefined) (what === "left" ? this.#left : this.#over).add(id);
      if (waiting !== undefined && nodeId !== undefined) this.#waiting.set(waiting, nodeId);
    }
    for (const id of this.#over) this.#waiting.delete(id);
  }

  #begin(): void {
    const name = newId();
    this.#name = undefined;
    this.#bytes = 0;
    const waiting = [...this.#waiting]
      .slice(0, MOST_WAITING)
      .map((entry) => waitsLine(...entry) + (this.#left.has(entry[0]) ? leftLine(entry[0]) : ""));
    if (this.#write(`journal ${name}\n${waiting.join("")}`, true, "w")) this.#name = name;
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

const leftLine = (id: string): string => `left ${id}\n`;
const waitsLine = (id: string, nodeId: string): string => `waits ${id} ${nodeId}\n`;

const journals = new Map<string, Journal>();

/** The one of this process. @param onStuck as in its constructor */
export function journalIn(userDir: string, onStuck: (file: string) => void): Journal {
  const journal = journals.get(userDir) ?? new Journal(userDir, onStuck);
  journals.set(userDir, journal);
  return journal;
}
