import type { Node, NodeAPI } from "node-red";
import { warnOfBug } from "../../../src/connection/unexpected";
import type { Awaited, Written } from "../../../src/account/seats";
import { Dropped } from "../../../src/delivery/dropped";
import { inDoubt, type Progress } from "../../../src/delivery/progress";
import { keep, recall } from "../../shared/recall";
import { textOf } from "../../shared/text";
import type { KeptDownlinks } from "../../tts-connection/connection";
import { journalIn, newId, type Journal } from "./journal";
import { asPortable } from "./portable";
import { awaitedOf, recordOf, recordsIn, type DownlinkRecord } from "./record";
import { directoryToKeepIn } from "./store";

/** In the context of the node. */
const KEY = "downlinks";
const SAVE_AFTER_MS = 1_000;
/** A store that does not answer must not hold back messages, nor the end of Node-RED. */
const READ_WITHIN_MS = 3_000;
/** For one node, of which each is some hundred bytes, and its message. */
const MOST = 1_000;
const MOST_CHARACTERS = 1_048_576;

/** One that was written down. */
class Note implements Written {
  readonly id: string;
  readonly message: string | undefined;
  readonly #journal: Journal;

  constructor(id: string, message: string | undefined, journal: Journal) {
    this.id = id;
    this.message = message;
    this.#journal = journal;
  }

  leaving(): void {
    this.#journal.leaving(this.id);
  }

  over(): void {
    live.delete(this.id);
    this.#journal.over(this.id);
  }
}

/** IDs of what this process has to do with: a node that comes after a deploy inherits it. */
const live = new Set<string>();

/** Writes down what a node waits for, where the default context store outlives a restart, and goes on with it after that. */
export class Keeper {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #downlinks: KeptDownlinks;
  readonly #journal: Journal;
  readonly #dropped: Dropped;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  /** Not before what is there was read. */
  #isRead = false;
  #isEmpty = true;

  constructor(RED: NodeAPI, node: Node, downlinks: KeptDownlinks, userDir: string) {
    this.#RED = RED;
    this.#node = node;
    this.#downlinks = downlinks;
    this.#journal = journalIn(userDir, (file) =>
      RED.log.warn(textOf(RED, { key: "warning.journal", values: { file } })),
    );
    this.#dropped = new Dropped((text) => node.warn(textOf(RED, text)));
  }

  /** Something has changed. */
  touch(): void {
    if (!this.#isRead) return;
    this.#timer ??= setTimeout(() => {
      this.#save().catch(warnOfBug);
    }, SAVE_AFTER_MS).unref();
  }

  /** Once all nodes are there. Resolves when what is there was read, or could not be. */
  restore(): Promise<void> {
    this.#reading = new Promise((resolve) => {
      const timer = setTimeout(resolve, READ_WITHIN_MS).unref();
      recall(this.#RED, this.#node, KEY, (value, isRead) => {
        clearTimeout(timer);
        if (isRead) this.#read(value);
        resolve();
      });
    });
    return this.#reading;
  }

  #read(value: unknown): void {
    this.#isRead = true;
    const records = recordsIn(value);
    this.#isEmpty = records.length === 0;
    const incomplete = records.filter((record) => !this.#tryWith(record)).length;
    const { held, followed } = this.#journal.lost(
      this.#node.id,
      new Set([...live, ...records.map(({ id }) => id)]),
    );
    this.#warn("warning.kept-without-message", incomplete);
    this.#warn("warning.lost-held", held);
    this.#warn("warning.lost-followed", followed);
    this.touch();
  }

  #warn(key: string, number: number): void {
    if (number > 0) this.#node.warn(textOf(this.#RED, { key, values: { number } }));
  }

  /** Returns those that need not be dropped, because they stand in the store now. */
  async save(): Promise<ReadonlySet<Awaited>> {
    await this.#reading;
    if (!this.#isRead) return new Set();
    const kept = await this.#save();
    for (const { written } of kept) if (written instanceof Note) live.delete(written.id);
    return kept;
  }

  /** As below. What another version has written, or was damaged on the disk, keeps no other from going on, nor Node-RED from starting. */
  #tryWith(record: DownlinkRecord): boolean {
    try {
      return this.#goOnWith(record);
    } catch (error) {
      warnOfBug(error);
      live.delete(record.id);
      return false;
    }
  }

  /** Whether its message was kept. */
  #goOnWith(record: DownlinkRecord): boolean {
    const { id, target, journal, savedAt, progress } = record;
    if (live.has(id) || this.#journal.isOver(id)) return true;
    if (target !== this.#downlinks.target) {
      this.#dropped.count(progress.published ? { followed: 1 } : { held: 1 });
      this.#journal.over(id);
      return true;
    }
    const { awaited, isWhole } = awaitedOf(record);
    awaited.written = new Note(id, record.message, this.#journal);
    live.add(id);
    const hasLeft = this.#journal.hasLeft(id, journal);
    this.#downlinks.resume(awaited, hasLeft ? inDoubt(progress, savedAt) : progress);
    return isWhole;
  }

  async #save(): Promise<ReadonlySet<Awaited>> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = new Set<Awaited>();
    const records: DownlinkRecord[] = [];
    let room = MOST_CHARACTERS;
    const { name } = this.#journal;
    for (const [awaited, progress] of this.#downlinks.progress) {
      if (records.length >= MOST) break;
      if (!progress) continue;
      const record = this.#record(awaited, progress, name);
      room -= JSON.stringify(record).length;
      if (room < 0) break;
      records.push(record);
      kept.add(awaited);
    }
    this.#journal.waits(
      this.#node.id,
      records.map(({ id, progress }) => ({ id, hasLeft: progress.published !== undefined })),
    );
    if (records.length === 0 && this.#isEmpty) return kept;
    this.#isEmpty = records.length === 0;
    const isSaved = await new Promise<boolean>((resolve) => {
      keep(this.#RED, this.#node, KEY, records, resolve);
    });
    return isSaved ? kept : new Set();
  }

  #record(awaited: Awaited, progress: Progress, journal: string | undefined): DownlinkRecord {
    const note =
      awaited.written instanceof Note
        ? awaited.written
        : new Note(newId(), asPortable(awaited.message), this.#journal);
    awaited.written = note;
    live.add(note.id);
    return recordOf({
      ...{ id: note.id, journal, target: this.#downlinks.target, savedAt: Date.now() },
      ...{ job: awaited.job, progress, message: note.message },
    });
  }
}

/** Undefined where nothing outlives a restart. */
export function keeperFor(RED: NodeAPI, node: Node, downlinks: KeptDownlinks): Keeper | undefined {
  const userDir = directoryToKeepIn(RED);
  return userDir === undefined ? undefined : new Keeper(RED, node, downlinks, userDir);
}
