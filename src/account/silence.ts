import type { Session } from "../connection/session";
import { explainSilence } from "../diagnosis/receiving";
import type { Text } from "../stack/explanation";
import type { KeyRecord } from "./keyRecord";
import type { ConnectionSettings } from "./settings";

export interface SilenceOptions {
  readonly settings: ConnectionSettings;
  readonly session: Pick<Session, "openedAt" | "lastMessageAt">;
  readonly key: KeyRecord;
  /** The key is known not to read, which is said already. */
  readonly mayNotRead: () => boolean;
  readonly warn: (text: Text) => void;
}

const SILENCE_MS = 3_600_000;

/** A connection on which nothing has come for an hour, with a key with which nothing ever came, is worth one warning. */
export class Silence {
  readonly #options: SilenceOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** Begins the hour, where it has not begun. */
  connected(): void {
    this.#timer ??= setTimeout(() => this.#look(), SILENCE_MS).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const { settings, session, key, mayNotRead, warn } = this.#options;
    if (session.lastMessageAt !== undefined) key.received = true;
    if (key.received) return;
    if (mayNotRead() || session.openedAt === undefined) {
      this.#timer = undefined; // The next connection gets its hour, with a right that came meanwhile.
      return;
    }
    const { service, applicationId = "" } = settings;
    const { facts } = key;
    const sharedGroup = "sharedGroup" in settings ? settings.sharedGroup : undefined;
    warn(
      explainSilence({
        ...{ service, applicationId },
        ...(sharedGroup === undefined ? {} : { sharedGroup }),
        ...(facts === undefined ? {} : { key: facts }),
      }),
    );
  }
}
