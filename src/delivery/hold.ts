import type { Dispatch } from "./dispatch";

/** How many may wait for the pace while the connection is up. */
const MOST_WAITING = 10_000;

/** A wait for the acknowledgement of the one before is told as `held` only when it takes longer than this. */
const NOT_HELD_MS = 250;

/**
 * What waits to be published, in order. While disconnected each is held so long at most, and so many at most of those that came
 * meanwhile; while connected they wait for the pace as long as it takes.
 */
export class Hold {
  readonly #most: number;
  readonly #longestMs: number;
  readonly #all = new Set<Dispatch>();
  /** Came while disconnected. */
  readonly #late = new Set<Dispatch>();
  readonly #byDevice = new Map<string, Set<Dispatch>>();
  /** By device: whose earlier part has to be answered before anything else goes there. */
  readonly #paused = new Map<string, Dispatch>();
  /** Whose followers do not know yet that they wait. */
  readonly #untold = new Set<Dispatch>();
  #untoldSince = Infinity;
  #disconnectedAt: number | undefined;
  #hasConnected = false;

  /**
   * @param most downlink messages that may come while disconnected
   * @param longest seconds
   */
  constructor(most: number, longest: number) {
    this.#most = most;
    this.#longestMs = longest * 1000;
  }

  get size(): number {
    return this.#all.size;
  }

  has(dispatch: Dispatch): boolean {
    return this.#all.has(dispatch);
  }

  /**
   * Returns those that are pushed out for it, with how many there is room for.
   * @param now ms of the clock's `now`
   */
  add(dispatch: Dispatch, now: number): { readonly out: readonly Dispatch[]; readonly most: number } {
    addInOrder(this.#all, dispatch);
    if (this.#untold.size === 0) this.#untoldSince = now;
    this.#untold.add(dispatch);
    const device = this.#byDevice.get(dispatch.deviceId) ?? new Set();
    addInOrder(device, dispatch);
    this.#byDevice.set(dispatch.deviceId, device);
    // What an earlier process held is no more than it had room for, and may have waited for the pace.
    if (this.#disconnectedAt !== undefined && !dispatch.resumed) this.#late.add(dispatch);
    const [full, most] = this.#late.size > this.#most ? [this.#late, this.#most] : [this.#all, MOST_WAITING];
    const [oldest] = full;
    if (full.size <= most || !oldest) return { out: [], most };
    this.delete(oldest);
    return { out: [oldest], most };
  }

  delete(dispatch: Dispatch): void {
    this.resume(dispatch);
    this.#all.delete(dispatch);
    this.#late.delete(dispatch);
    this.#untold.delete(dispatch);
    const device = this.#byDevice.get(dispatch.deviceId);
    device?.delete(dispatch);
    if (device?.size === 0) this.#byDevice.delete(dispatch.deviceId);
  }

  next(): Dispatch | undefined {
    for (const dispatch of this.#all) if (!this.#paused.has(dispatch.deviceId)) return dispatch;
    return undefined;
  }

  /** Nothing goes to its device until it is resumed. */
  pause(dispatch: Dispatch): void {
    this.#paused.set(dispatch.deviceId, dispatch);
  }

  resume(dispatch: Dispatch): void {
    if (this.#paused.get(dispatch.deviceId) === dispatch) this.#paused.delete(dispatch.deviceId);
  }

  /**
   * When those that wait are to be told so; Infinity where all know.
   * @param briefly they wait for nothing but an acknowledgement
   */
  tellAt(now: number, briefly: boolean): number {
    if (this.#untold.size === 0) return Infinity;
    return briefly ? this.#untoldSince + NOT_HELD_MS : now;
  }

  tell(): void {
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const dispatch of untold) dispatch.hold();
  }

  forDevice(deviceId: string): readonly Dispatch[] {
    return [...(this.#byDevice.get(deviceId) ?? [])];
  }

  all(): readonly Dispatch[] {
    return [...this.#all];
  }

  /**
   * Lets go of what an earlier process held for too long by the clock of now: a machine without a battery for its clock starts in the past.
   * @param now ms of the clock's `now`
   */
  connected(now: number): readonly Dispatch[] {
    const late = this.#hasConnected ? [] : this.all().filter((dispatch) => this.isTooLate(dispatch, now));
    for (const dispatch of late) this.delete(dispatch);
    this.#disconnectedAt = undefined;
    this.#hasConnected = true;
    this.#late.clear();
    return late;
  }

  /** @param now ms of the clock's `now` */
  disconnected(now: number): void {
    this.#disconnectedAt = now;
  }

  /** When the first one will have been held too long. */
  get expiresAt(): number {
    const [oldest] = this.#all;
    if (this.#disconnectedAt === undefined || !oldest) return Infinity;
    return this.heldSince(oldest, this.#disconnectedAt) + this.#longestMs;
  }

  /**
   * Since when there is no connection for it, in this process or before; while there is one, `now`: what waits for the pace does not grow
   * too old.
   * @param now ms of the clock's `now`
   */
  heldSince(dispatch: Dispatch, now: number): number {
    if (dispatch.resumed && !this.#hasConnected) return dispatch.arrivedAt;
    return Math.max(dispatch.arrivedAt, this.#disconnectedAt ?? now);
  }

  /** It was held by an earlier process, and the time when there was none counts. */
  isTooLate(dispatch: Dispatch, now: number): boolean {
    return dispatch.resumed && Math.max(now - dispatch.arrivedAt, dispatch.age) >= this.#longestMs;
  }

  /** Lets go of those that were held too long. */
  takeExpired(now: number): readonly Dispatch[] {
    const expired: Dispatch[] = [];
    while (this.expiresAt <= now) {
      const [oldest] = this.#all;
      if (!oldest) break;
      this.delete(oldest);
      expired.push(oldest);
    }
    return expired;
  }
}

/** At the end, but for what came to an earlier process: nodes go on with theirs one after the other. */
function addInOrder(dispatches: Set<Dispatch>, dispatch: Dispatch): void {
  const later = dispatch.resumed ? [...dispatches].filter((other) => dispatch.isBefore(other)) : [];
  for (const each of later) dispatches.delete(each);
  for (const each of [dispatch, ...later]) dispatches.add(each);
}
