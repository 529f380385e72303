import type { NodeAPI } from "node-red";

type Events = NodeAPI["events"];

interface Attendant {
  begin(): void;
  end(): void;
}

/**
 * A deploy that does not come to its end (a type of node is missing) must not hold anything back forever. A node that is slow to close
 * has 15 seconds: the default of Node-RED's `nodeCloseTimeout`.
 */
const LONGEST_MS = 20_000;

/** What these events of the runtime bring. */
interface FlowsEvent {
  readonly config?: unknown;
}

/** While flows are stopped and started, some nodes are gone and others not there yet. */
class Deployment {
  readonly #watched = new WeakSet<Events>();
  readonly #attendants = new Set<Attendant>();
  #underway = false;
  /** The flows that were started last. */
  #running: unknown;
  #nodesComeBack = false;
  #timer: NodeJS.Timeout | undefined;

  /** Once for each runtime in this process. */
  watch(events: Events): void {
    if (this.#watched.has(events)) return;
    this.#watched.add(events);
    events.on("flows:stopping", (event?: FlowsEvent) => {
      // A deploy has its new flows by then. Who stops Node-RED, or its flows, stops those that run.
      this.#nodesComeBack = event?.config !== this.#running;
      this.#begin();
    });
    events.on("flows:starting", () => this.#begin());
    events.on("flows:started", (event?: FlowsEvent) => {
      this.#running = event?.config;
      this.#nodesComeBack = false;
      this.#end();
    });
  }

  /** A deploy is underway: a node that is closed now will most likely be made anew, before its end. */
  get nodesComeBack(): boolean {
    return this.#underway && this.#nodesComeBack;
  }

  /** Tells of beginning and end, also of what is underway; until the returned function is called. */
  attend(attendant: Attendant): () => void {
    this.#attendants.add(attendant);
    if (this.#underway) attendant.begin();
    return () => this.#attendants.delete(attendant);
  }

  /** Once, at the end of what is underway, or now. Returns what calls it off. */
  atEnd(run: () => void): () => void {
    if (!this.#underway) {
      run();
      return () => undefined;
    }
    const unattend = this.attend({
      begin: () => undefined,
      end: () => {
        unattend();
        run();
      },
    });
    return unattend;
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
