import type { WireObserver } from "../connection/observed";
import type { SessionState } from "../connection/state";
import type { Text } from "../stack/explanation";
import { shownText } from "../stack/shown";

/** Which of the finer entries a user reads. */
export interface LogLevels {
  readonly debug: boolean;
  readonly trace: boolean;
}

/** For the log of Node-RED. What developers read is in no language. Never a secret. */
export type LogEntry =
  | { readonly level: "info"; readonly text: Text }
  | { readonly level: "debug" | "trace"; readonly line: string };

interface Place {
  readonly host: string;
  readonly port: number;
  /** Empty: anonymous. */
  readonly userName: string;
  /** Address of the proxy that it goes through. */
  readonly proxy?: string | undefined;
}

const MOST_FILTERS = 8;

/** Writes to the log that a connection was made and when it ended; at the levels debug and trace also what went over it. */
export class ConnectionLog {
  readonly observer: WireObserver | undefined;
  readonly #place: Place;
  readonly #write: (note: LogEntry) => void;
  readonly #levels: LogLevels;
  /** The login of the connection that was written down, in ms since 1970. */
  #entered: number | undefined;
  #state = "";

  constructor(place: Place, levels: LogLevels, write: (note: LogEntry) => void) {
    this.#place = place;
    this.#write = write;
    this.#levels = levels;
    const at = (level: "debug" | "trace", line: string): void => write({ level, line });
    if (!levels.debug) return;
    this.observer = {
      onSubscribed: (filter, code, ms) =>
        at("debug", `SUBACK ${String(code ?? "none")} after ${String(ms)} ms: ${shownText(filter, 200)}`),
      onPublished: (topic, outcome, ms) =>
        at("debug", `PUBLISH ${outcome} after ${String(ms)} ms: ${shownText(topic, 200)}`),
      ...(levels.trace
        ? { onArrived: (topic, bytes) => at("trace", `${shownText(topic, 200)} (${String(bytes)} bytes)`) }
        : {}),
    };
  }

  /** @param openedAt of the present connection */
  state(state: SessionState, openedAt: number | undefined, filters: readonly string[]): void {
    if (this.#levels.debug) this.#debugState(state);
    if (openedAt !== this.#entered) this.end();
    if (state.state !== "connected" || this.#entered !== undefined) return;
    this.#entered = openedAt;
    this.#write({ level: "info", text: this.#connected(filters) });
    const { proxy } = this.#place;
    if (proxy !== undefined)
      this.#write({
        level: "info",
        text: { key: "log.through-proxy", values: { proxy: shownText(proxy, 120) } },
      });
  }

  #connected(filters: readonly string[]): Text {
    const { host, port, userName } = this.#place;
    const place = { host, port };
    // Events of the network come by HTTP.
    if (filters.length === 0)
      return { key: "log.connected-without-topics", values: { ...place, user: shownText(userName) } };
    const shown = filters.slice(0, MOST_FILTERS).map((filter) => shownText(filter));
    const topics = [...shown, ...(filters.length > MOST_FILTERS ? ["…"] : [])].join(", ");
    const values = { ...place, number: filters.length, topics };
    return userName === ""
      ? { key: "log.connected-anonymously", values }
      : { key: "log.connected", values: { ...values, user: shownText(userName) } };
  }

  /** The connection that was written down is gone. */
  end(): void {
    if (this.#entered === undefined) return;
    this.#entered = undefined;
    const { host, port } = this.#place;
    this.#write({ level: "info", text: { key: "log.disconnected", values: { host, port } } });
  }

  #debugState(state: SessionState): void {
    const text = "problem" in state ? `${state.state}: ${state.problem.problem}` : state.state;
    if (text === this.#state) return;
    this.#state = text;
    this.#write({ level: "debug", line: text });
  }
}
