import type { DeviceState } from "../stack/watch";
import type { CounterStep } from "./counters";
import type { Arrival, DeviceHistory } from "./deviceHistory";
import { deviceStateOf, type KnownState } from "./deviceState";
import type { Ledger } from "./ledger";
import type { SeenDevice } from "./seenDevice";
import type { StoredDevice } from "./snapshot";
import { Listening, Quiet } from "./listening";
import { limitOf, isRaised, pauseOf, type Moment, type Told, type WatchRules } from "./watchRules";

export interface DeviceWatchOptions {
  readonly ledger: Ledger;
  readonly rules: WatchRules;
  readonly matches: (deviceId: string) => boolean;
  /** Those that are watched although they may never be heard. */
  readonly named: readonly string[];
  readonly stored: readonly StoredDevice[];
  readonly now: Moment;
  /** There are more than can be watched. */
  readonly onFull?: (most: number) => void;
  /** ms between two looks; as often as the rules need it where it is left out. */
  readonly pause?: number;
}

/** A device as one node has told of it. */
interface WatchedDevice extends KnownState {
  isLossy: boolean;
  isLow: boolean;
  isWeak: boolean;
  readonly quiet: Quiet;
  /** The part of what it sends that does not come, 0 to 1: of the last frames, when that was last known, and for longer. */
  loss: number;
  usualLoss: number;
  /** How many uplinks in a row were on the other side of the limit. */
  run: number;
}

const MOST_DEVICES = 10_000;
const PUSHED_OUT = MOST_DEVICES / 4;

/** Of less than this a part says nothing. */
const FEWEST_FRAMES = 10;
/** Of less than this it says nothing of how long to wait: one that is lost is nothing unusual. */
const FEWEST_TO_WAIT = 20;
/** Of so many uplinks is what a device usually loses: of fewer it is often too little by chance. */
const USUAL_UPLINKS = 100;
/** More is hardly usual, but a time in which nobody heard it. */
const MOST_USUAL_LOSS = 0.3;
/** One weak signal is chance. */
const WEAK_IN_A_ROW = 3;
const NOTHING: readonly Told[] = [];
/** How much better it has to be before it can be bad again: percent, dB. */
const BATTERY_BETTER = 5;
const MARGIN_BETTER = 2;

/** The devices that one node watches: what is to be told of each uplink, and of the time that passes. No I/O, no clock. */
export class DeviceWatch {
  readonly #options: DeviceWatchOptions;
  readonly #devices = new Map<string, WatchedDevice>();
  readonly #listening: Listening;
  readonly #told: Told[] = [];

  constructor(options: DeviceWatchOptions) {
    this.#options = options;
    const { ledger, matches, named, stored, now } = options;
    this.#listening = new Listening(now.clock);
    for (const { id, history, quiet, ...known } of stored) {
      if (!matches(id) || (!history && !named.includes(id))) continue;
      const device = history && ledger.restoreDevice(id, history);
      this.#devices.set(id, { ...known, id, run: 0, device, quiet: new Quiet(quiet) });
    }
    for (const device of ledger.devices) if (matches(device.deviceId)) this.#adopt(device, now);
    for (const id of named)
      if (!this.#devices.has(id) && this.#devices.size < MOST_DEVICES)
        this.#devices.set(id, unheard(id, now.at));
  }

  /** How often to look, in ms. */
  get pause(): number {
    return this.#options.pause ?? pauseOf(this.#options.rules);
  }

  setConnected(isConnected: boolean, { clock }: Moment): void {
    this.#listening.set(isConnected, clock);
  }

  uplink(device: SeenDevice, step: CounterStep | undefined, arrival: Arrival): readonly Told[] {
    const watched = this.#heard(device, arrival);
    const { history } = device;
    if (!watched || !history) return this.#takeTold();
    const { at, way } = arrival;
    // It was sent while nobody could hear it.
    if (way === "stored" && step !== "late" && step !== "repeated") watched.quiet.ms = 0;
    if (step === "reset") this.#tell("reset", watched.id, at);
    this.#judge(watched, history, at);
    // What came late or again is no other signal.
    if (step !== "late" && step !== "repeated") this.#judgeSignal(watched, history, at);
    return this.#takeTold();
  }

  join(device: SeenDevice, arrival: Arrival): readonly Told[] {
    this.#heard(device, arrival);
    return this.#takeTold();
  }

  /** What has become silent by now. */
  look({ at, clock }: Moment): readonly Told[] {
    const look = this.#listening.look(clock, this.pause);
    if (!look) return [];
    const told: Told[] = [];
    for (const watched of this.#devices.values()) {
      if (watched.state === "silent") continue;
      const { heardAt = -Infinity, intervals, counters } = watched.device?.history ?? {};
      if (counters && counters.framesExpected >= FEWEST_TO_WAIT) watched.loss = counters.lossRate;
      const learned = intervals?.limitWith(Math.max(watched.loss, watched.usualLoss));
      const limit = limitOf(this.#options.rules, learned);
      if (!watched.quiet.exceeds(limit, heardAt, look)) continue;
      watched.state = "silent";
      watched.since = at;
      told.push({ event: "silent", id: watched.id, at });
    }
    return told;
  }

  /** Forgets one that is gone for good; of one that is named only what is known of it. Returns whether there was such a one. */
  remove(id: string, { at }: Moment): boolean {
    if (!this.#devices.delete(id)) return false;
    this.#options.ledger.forgetDevice(id);
    if (this.#options.named.includes(id)) this.#devices.set(id, unheard(id, at));
    return true;
  }

  get ids(): Iterable<string> {
    return this.#devices.keys();
  }

  historyOf(id: string): DeviceHistory | undefined {
    return this.#devices.get(id)?.device?.history;
  }

  state(id: string): DeviceState | undefined {
    const watched = this.#devices.get(id);
    return watched && deviceStateOf(watched, this.#options.ledger);
  }

  /** How many there are in each state. */
  get counts(): Readonly<Record<DeviceState["state"], number>> {
    const counts = { online: 0, silent: 0, unknown: 0 };
    for (const { state } of this.#devices.values()) counts[state] += 1;
    return counts;
  }

  /** What a later run needs of it. */
  get stored(): StoredDevice[] {
    const found: StoredDevice[] = [];
    for (const watched of this.#devices.values()) {
      const { id, state, since, isLossy, isLow, isWeak, loss, usualLoss } = watched;
      const history = watched.device?.history;
      const quiet = this.#listening.isAfterLook(history?.heardAt) ? 0 : watched.quiet.ms;
      found.push({
        id,
        state,
        since,
        isLossy,
        isLow,
        isWeak,
        quiet,
        loss,
        usualLoss,
        history: history?.stored,
      });
    }
    return found;
  }

  #heard(device: SeenDevice, { at, way }: Arrival): WatchedDevice | undefined {
    const known = this.#devices.get(device.deviceId);
    if (!known && !this.#options.matches(device.deviceId)) return undefined;
    const watched = known ?? this.#add(device, at);
    if (!watched.device) this.#tell("new", watched.id, at);
    watched.device = device;
    // What the broker has kept says nothing of the present, nor does what came before the silence.
    if (watched.state === "online" || way === "retained") return watched;
    if (way === "stored" && watched.state === "silent" && at < watched.since) return watched;
    if (watched.state === "silent") this.#tell("back", watched.id, at);
    watched.state = "online";
    watched.since = at;
    return watched;
  }

  #judge(watched: WatchedDevice, { counters, battery }: DeviceHistory, at: number): void {
    const { batteryBelow, lostAbove } = this.#options.rules;
    const { id, isLossy, isLow } = watched;
    if (counters.framesExpected >= FEWEST_FRAMES) {
      const { lossRate } = counters;
      watched.isLossy = isRaised(isLossy, lossRate > lostAbove, lossRate <= lostAbove / 2);
      if (watched.isLossy && !isLossy) this.#tell("lost", id, at);
      if (lossRate <= MOST_USUAL_LOSS) watched.usualLoss += (lossRate - watched.usualLoss) / USUAL_UPLINKS;
    }
    if (battery === undefined) return;
    watched.isLow = isRaised(isLow, battery < batteryBelow, battery >= batteryBelow + BATTERY_BETTER);
    if (watched.isLow && !isLow) this.#tell("battery", id, at);
  }

  #judgeSignal(watched: WatchedDevice, { margin }: DeviceHistory, at: number): void {
    const { marginBelow } = this.#options.rules;
    const { id, isWeak } = watched;
    if (margin === undefined) return;
    const isOther = isWeak ? margin >= marginBelow + MARGIN_BETTER : margin < marginBelow;
    watched.run = isOther ? watched.run + 1 : 0;
    if (watched.run < WEAK_IN_A_ROW) return;
    watched.run = 0;
    watched.isWeak = !isWeak;
    if (watched.isWeak) this.#tell("weak", id, at);
  }

  #tell(event: Told["event"], id: string, at: number): void {
    this.#told.push({ event, id, at });
  }

  /** Mostly nothing: this runs for every message. */
  #takeTold(): readonly Told[] {
    return this.#told.length === 0 ? NOTHING : this.#told.splice(0);
  }

  #adopt(device: SeenDevice, { at }: Moment): void {
    const watched = this.#devices.get(device.deviceId) ?? this.#add(device, at);
    watched.device = device;
    if (watched.state === "unknown") watched.state = "online";
  }

  #add(device: SeenDevice, at: number): WatchedDevice {
    if (this.#devices.size >= MOST_DEVICES) this.#pushOut();
    const watched = unheard(device.deviceId, at);
    this.#devices.set(watched.id, watched);
    return watched;
  }

  /** Those that were not heard for longest; a node is there for those that it names. */
  #pushOut(): void {
    const named = new Set(this.#options.named);
    const oldest = [...this.#devices.values()]
      .filter(({ id }) => !named.has(id))
      .sort((one, other) => lastSeen(one) - lastSeen(other));
    for (const { id } of oldest.slice(0, PUSHED_OUT)) this.#devices.delete(id);
    this.#options.onFull?.(MOST_DEVICES);
  }
}

const lastSeen = ({ device }: WatchedDevice): number => device?.history?.lastSeen ?? 0;

const unheard = (id: string, since: number): WatchedDevice => ({
  id,
  state: "unknown",
  since,
  device: undefined,
  isLossy: false,
  isLow: false,
  isWeak: false,
  run: 0,
  quiet: new Quiet(),
  loss: 0,
  usualLoss: 0,
});
