import { warnOfBug } from "../connection/unexpected";
import { Alarm, SYSTEM_CLOCK, type Clock } from "../delivery/clock";
import { isMissing } from "../diagnosis/noAnswer";
import { explainMissingDevices } from "../diagnosis/receiving";
import type { StackApi } from "../diagnosis/stackApi";
import type { Text } from "../stack/explanation";

export interface NamedDevicesOptions {
  readonly applicationId: string;
  /** Undefined where it is switched off. */
  readonly api: () => Pick<StackApi, "downlinkQueue"> | undefined;
  /** Those that something came from. */
  readonly heard: Iterable<string> & { has(deviceId: string): boolean };
  readonly clock?: Clock;
}

/** A node that waits for devices by their IDs. */
export interface NamingNode {
  readonly named: readonly string[];
  /**
   * @param deviceIds those that the application does not have
   * @param warning where there are some that were not told before
   */
  onMissing(deviceIds: readonly string[], warning: Text | undefined): void;
}

/** After a login, or a node that joins: the others of a deploy are there by then. */
const SOON_MS = 2_000;
/** A device may be added later. */
const AGAIN_MS = 15 * 60_000;
/** A long list of devices must not become a burst of questions: so many, then the next ones a minute later. */
const MOST_AT_ONCE = 50;
const NEXT_MS = 60_000;

/**
 * Whether the devices that nodes name exist. Filters are for the nodes only: the server grants its topics whatever they are, and a node
 * whose device is misspelt would wait for ever without a word. Rule: docs/server.md#9-http-api. Never throws.
 */
export class NamedDevices {
  readonly #options: NamedDevicesOptions;
  readonly #alarm: Alarm;
  readonly #clock: Clock;
  /** With what each was told. */
  readonly #nodes = new Map<NamingNode, Set<string>>();
  /** They exist, or the key may not know. */
  readonly #settled = new Set<string>();
  readonly #missing = new Set<string>();
  #isConnected = false;

  constructor(options: NamedDevicesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#alarm = new Alarm(this.#clock, () => {
      this.#look().catch(warnOfBug);
    });
  }

  /** Until the returned function is called. */
  join(node: NamingNode): () => void {
    if (node.named.length === 0) return () => undefined;
    this.#nodes.set(node, new Set());
    if (this.#isConnected) this.#lookIn(SOON_MS);
    return () => this.#nodes.delete(node);
  }

  loggedIn(): void {
    this.#isConnected = true;
    this.#lookIn(SOON_MS);
  }

  end(): void {
    this.#nodes.clear();
    this.#alarm.clear();
  }

  #lookIn(ms: number): void {
    if (this.#nodes.size > 0) this.#alarm.at(this.#clock.now() + ms);
  }

  async #look(): Promise<void> {
    const isLeft = await this.#askSome();
    if (isLeft) this.#lookIn(NEXT_MS);
    else if (this.#missing.size > 0) this.#lookIn(AGAIN_MS);
  }

  /** Returns whether there are more to be asked for. */
  async #askSome(): Promise<boolean> {
    const { api, applicationId, heard } = this.#options;
    const named = new Set([...this.#nodes.keys()].flatMap((node) => node.named));
    const inDoubt = [...named].filter((deviceId) => !heard.has(deviceId) && !this.#settled.has(deviceId));
    const isNew = (deviceId: string): boolean => !this.#missing.has(deviceId);
    const asked = inDoubt.some(isNew) ? inDoubt.filter(isNew) : inDoubt;
    for (const deviceId of asked.slice(0, MOST_AT_ONCE)) {
      const answer = await api()?.downlinkQueue(applicationId, deviceId);
      // Then the next ones will have none either.
      if (answer === undefined || answer.answer === "unknown") return false;
      if (isMissing(answer)) this.#missing.add(deviceId);
      else this.#settled.add(deviceId);
    }
    for (const deviceId of this.#missing)
      if (!inDoubt.includes(deviceId) || this.#settled.has(deviceId)) this.#missing.delete(deviceId);
    for (const [node, told] of this.#nodes) this.#tell(node, told);
    return asked.length > MOST_AT_ONCE;
  }

  #tell(node: NamingNode, told: Set<string>): void {
    const missing = node.named.filter((deviceId) => this.#missing.has(deviceId));
    const untold = missing.filter((deviceId) => !told.has(deviceId));
    for (const deviceId of untold) told.add(deviceId);
    const { applicationId, heard } = this.#options;
    const isNew = untold.length > 0;
    node.onMissing(missing, isNew ? explainMissingDevices(applicationId, untold, heard) : undefined);
  }
}
