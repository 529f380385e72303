import { warnOfBug } from "../connection/unexpected";
import { Alarm, SYSTEM_CLOCK, type Clock } from "../delivery/clock";
import { isLater, isMissing } from "../diagnosis/noAnswer";
import { explainMissingDevices } from "../diagnosis/receiving";
import type { StackApi } from "../diagnosis/stackApi";
import type { Text } from "../stack/explanation";

type Api = Pick<StackApi, "downlinkQueue">;

export interface NamedDevicesOptions {
  readonly applicationId: string;
  /** Undefined where it is switched off. */
  readonly api: () => Api | undefined;
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
/** A device may be added later, and an API that does not answer may be back. */
const AGAIN_MS = 15 * 60_000;
/** A long list of devices must not become a burst of questions: so many, then the next ones a minute later. */
const MOST_AT_ONCE = 50;
const NEXT_MS = 60_000;
const NOTHING: readonly string[] = [];

/**
 * Whether the devices that nodes name exist. Filters are for the nodes only: the server grants its topics whatever they are, and a node
 * whose device is misspelt would wait for ever without a word. Rule: docs/server.md#9-http-api. Never throws.
 */
export class NamedDevices {
  readonly #options: NamedDevicesOptions;
  readonly #alarm: Alarm;
  readonly #clock: Clock;
  /** With what each was told. */
  readonly #nodes = new Map<NamingNode, readonly string[]>();
  readonly #existing = new Set<string>();
  /** The key may not know. Rights count from the next login on. */
  readonly #unknowable = new Set<string>();
  readonly #missing = new Set<string>();
  /** Those that are in doubt, the one that was asked for longest ago first. */
  readonly #asked = new Set<string>();
  #isConnected = false;
  /** One look after the other: an API may take its time. */
  #looking = Promise.resolve();

  constructor(options: NamedDevicesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#alarm = new Alarm(this.#clock, () => {
      this.#looking = this.#looking.then(() => this.#look()).catch(warnOfBug);
    });
  }

  /** Until the returned function is called. */
  join(node: NamingNode): () => void {
    if (node.named.length === 0) return () => undefined;
    this.#nodes.set(node, NOTHING);
    if (this.#isConnected) this.#lookIn(SOON_MS);
    return () => this.#nodes.delete(node);
  }

  loggedIn(): void {
    this.#isConnected = true;
    this.#unknowable.clear();
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
    const api = this.#options.api();
    if (!api) return;
    const named = new Set([...this.#nodes.keys()].flatMap((node) => node.named));
    const isAsked = (deviceId: string): boolean => named.has(deviceId) && this.#isInDoubt(deviceId);
    for (const set of [this.#asked, this.#missing])
      for (const deviceId of set) if (!isAsked(deviceId)) set.delete(deviceId);
    const unasked = [...named].filter((deviceId) => isAsked(deviceId) && !this.#asked.has(deviceId));
    const isAnswered = await this.#ask(api, unasked.length > 0 ? unasked : [...this.#asked]);
    for (const [node, told] of this.#nodes) this.#tell(node, told);
    if (isAnswered && unasked.length > MOST_AT_ONCE) this.#lookIn(NEXT_MS);
    else if (!isAnswered || this.#asked.size > 0) this.#lookIn(AGAIN_MS);
  }

  /** The first of these. Returns whether it is worth to ask for more. */
  async #ask(api: Api, deviceIds: readonly string[]): Promise<boolean> {
    for (const deviceId of deviceIds.slice(0, MOST_AT_ONCE)) {
      if (this.#nodes.size === 0) return false;
      const answer = await api.downlinkQueue(this.#options.applicationId, deviceId);
      if (isLater(answer)) return false;
      this.#asked.delete(deviceId);
      this.#missing.delete(deviceId);
      if (answer.answer === "ok") this.#existing.add(deviceId);
      else if (isMissing(answer)) this.#missing.add(deviceId);
      else if (answer.answer === "refused") this.#unknowable.add(deviceId);
      if (this.#isInDoubt(deviceId)) this.#asked.add(deviceId);
    }
    return true;
  }

  #isInDoubt(deviceId: string): boolean {
    const isHeard = this.#options.heard.has(deviceId);
    return !isHeard && !this.#existing.has(deviceId) && !this.#unknowable.has(deviceId);
  }

  #tell(node: NamingNode, told: readonly string[]): void {
    const missing = node.named.filter((deviceId) => this.#missing.has(deviceId));
    const untold = missing.filter((deviceId) => !told.includes(deviceId));
    const { applicationId, heard } = this.#options;
    const isNew = untold.length > 0;
    if (isNew) this.#nodes.set(node, [...told, ...untold]);
    node.onMissing(missing, isNew ? explainMissingDevices(applicationId, untold, heard) : undefined);
  }
}
