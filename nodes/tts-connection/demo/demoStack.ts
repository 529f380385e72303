/** The demo's stack: one for all connections of this process, which runs while there is a user. */
import { CONNECTION_DEFAULTS } from "../../../src/stack/connectionProperties";
import { readSettings, type SettingsResult } from "../../../src/account/settings";
import { warnOfBug } from "../../../src/connection/unexpected";
import { shownText } from "../../../src/stack/shown";
import type { Demo } from "../../../simulator/demo";

/** A use of it, until it is given back. */
export interface DemoUse {
  /** How to reach it, or why it could not be started. Never rejects. */
  readonly settings: Promise<SettingsResult>;
  /** Resolves when it has stopped, where this was the last use. */
  end(): Promise<void>;
}

/** Its code is loaded with the first use: most users never need it. */
const load = async (): Promise<Demo> => (await import("../../../simulator/demo")).startDemo();

class DemoStack {
  #uses = 0;
  #demo: Demo | undefined;
  #runs = false;
  /** Starts and stops one after another. */
  #settled: Promise<SettingsResult | undefined> = Promise.resolve(undefined);

  use(): DemoUse {
    this.#uses += 1;
    let isOver = false;
    const begun = this.#settle();
    return {
      settings: begun.then((settings) => settings ?? notStarted("stopped")),
      end: async () => {
        if (isOver) return;
        isOver = true;
        this.#uses -= 1;
        await this.#settle();
      },
    };
  }

  #settle(): Promise<SettingsResult | undefined> {
    this.#settled = this.#settled.then(() => (this.#uses > 0 ? this.#start() : this.#stop()));
    return this.#settled;
  }

  async #start(): Promise<SettingsResult> {
    try {
      if (!this.#runs) this.#demo = await this.#started();
      this.#runs = true;
    } catch (error) {
      return notStarted(codeOf(error));
    }
    return this.#demo ? settingsOf(this.#demo) : notStarted("stopped");
  }

  /** The same again, and a new one where another program has taken its ports meanwhile. */
  async #started(): Promise<Demo> {
    const before = this.#demo;
    if (!before) return load();
    try {
      await before.restart();
      return before;
    } catch {
      return load();
    }
  }

  async #stop(): Promise<undefined> {
    if (!this.#runs) return;
    this.#runs = false;
    try {
      await this.#demo?.stop();
    } catch (error) {
      warnOfBug(error);
      this.#demo = undefined;
    }
  }
}

function settingsOf({ host, port, apiUrl, applicationId, apiKey }: Demo): SettingsResult {
  const address = { host, port: String(port), useTls: false, api: apiUrl };
  return readSettings(
    { ...CONNECTION_DEFAULTS, service: "demo", ...address, applicationId },
    { apiKey },
    undefined,
  );
}

/** Node's, or what stands in its place. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return shownText(String(error));
  return "code" in error ? shownText(String(error.code)) : shownText(error.message);
}

const notStarted = (errorCode: string): SettingsResult => ({
  ok: false,
  explanation: { code: "connection_failed", key: "error.demo-not-started", values: { errorCode } },
});

/** The one of this process. */
export const demoStack = new DemoStack();
