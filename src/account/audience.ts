import type { Text } from "../stack/explanation";
import type { LogEntry } from "./connectionLog";
import type { ErrorNotice, Notice } from "./notices";

/** A config node that shares the session. */
export interface SessionListener {
  /** One that is gone, and keeps the session for the next one. */
  readonly isKeeper?: boolean;
  onState(): void;
  onNotice(notice: Notice): void;
  onLogEntry(entry: LogEntry): void;
  /** No config node of the session had a Catch node for it. */
  onUnreached(notice: ErrorNotice): void;
}

/** The config nodes that share a session, and what each of them is told. */
export class Audience {
  readonly #listeners = new Set<SessionListener>();

  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.#listeners.clear();
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener.onState();
  }

  warn(text: Text): void {
    this.tell({ notice: "warning", text });
  }

  /** In the log once, whatever number of config nodes there are. */
  write(entry: LogEntry): void {
    this.#first?.onLogEntry(entry);
  }

  tell(notice: Notice): void {
    const first = this.#first;
    first?.onNotice(notice);
    if (notice.notice === "warning") return; // It goes to the log: once is enough.
    for (const listener of this.#listeners) if (listener !== first) listener.onNotice(notice);
    if (!notice.reached.anyone) first?.onUnreached(notice);
  }

  /** One that is gone only where there is no other: it takes no errors. */
  get #first(): SessionListener | undefined {
    const listeners = [...this.#listeners];
    return listeners.find(({ isKeeper }) => !isKeeper) ?? listeners[0];
  }
}
