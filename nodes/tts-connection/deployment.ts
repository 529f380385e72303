import type { NodeAPI } from "node-red";

type Events = NodeAPI["events"];

interface Attendant {
  begin(): void;
  end(): void;
}

/** A deploy that does not come to its end (a type of node is missing) must not hold anything back forever. */
const LONGEST_MS = 15_000;

/** While flows are stopped and started, some nodes are gone and others not there yet. */
class Deployment {
  readonly #watched = new WeakSet<Events>();
  readonly #attendants = new Set<Attendant>();
  #underway = false;
  #timer: NodeJS.Timeout | undefined;

  /** Once for each runtime in this process. */
  watch(events: Events): void {
    if (this.#watched.has(events)) return;
    this.#watched.add(events);
    events.on("flows:stopping", () => this.#begin());
    events.on("flows:starting", () => this.#begin());
    events.on("flows:started", () => this.#end());
  }

  /** Tells of beginning and end, also of what is underway; until the returned function is called. */
  attend(attendant: Attendant): () => void {
    this.#attendants.add(attendant);
    if (this.#underway) attendant.begin();
    return () => this.#attendants.delete(attendant);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), LONGEST_MS).unref();
    this.#underway = true;
    for (const attendant of this.#attendants) attendant.begin();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#underway = false;
    for (const attendant of this.#attendants) attendant.end();
  }
}

/** The one of this process. */
export const deployment = new Deployment();
