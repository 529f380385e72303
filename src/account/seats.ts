import type { DownlinkJob, DownlinkView, Failure, Follower } from "../delivery/contract";
import type { Courier, Sent } from "../delivery/courier";
import type { Progress } from "../delivery/progress";

/** A step of a downlink, or how far it had come in an earlier process. */
export type Standing = Pick<DownlinkView, "deviceId" | "state" | "steps">;

/** Waits for one downlink, until the node is done with it. */
export type Waiter = Omit<Follower, "onStep">;

/** A node that sends, on its seat. */
export interface Occupant {
  /** Of any of its downlinks, also of one that the node is done with. */
  readonly onStep: (view: DownlinkView) => void;
  /** It came to the node that was here before, which did not get to know its end: has to be given a waiter. */
  readonly onInherited: (awaited: Awaited) => void;
}

/** What is written down of a downlink for a restart. */
export interface Written {
  /** Before it is published, unless it was published when it was written down. */
  leaving(): void;
  /** Its end is told, or it is dropped. */
  over(): void;
}

/** What one downlink can tell while no node is there: of a confirmed one that is sent over and over, the first so many steps. */
const MOST_UNTOLD = 100;

/** A downlink that a node waits for, whichever node object that is. What it has to tell while there is none is told later. */
export class Awaited {
  readonly job: DownlinkJob;
  /** That it came with. */
  readonly message: object;
  /** Where it was written down. */
  written: Written | undefined;
  #waiter: Waiter | undefined;
  #untold: ((waiter: Waiter) => void)[] = [];

  constructor(job: DownlinkJob, message: object) {
    this.job = job;
    this.message = message;
  }

  follow(waiter: Waiter): void {
    this.#waiter = waiter;
    const untold = this.#untold;
    this.#untold = [];
    for (const tell of untold) tell(waiter);
  }

  unfollow(): void {
    this.#waiter = undefined;
  }

  report(view: DownlinkView): void {
    if (this.#waiter) this.#waiter.onReport(view);
    else if (this.#untold.length < MOST_UNTOLD) this.#untold.push((waiter) => waiter.onReport(view));
  }

  end(failure?: Failure): void {
    if (this.#waiter) this.#waiter.onEnd(failure);
    else this.#untold.push((waiter) => waiter.onEnd(failure));
    this.#waiter = undefined;
  }
}

/**
 * The place of a node at the courier, by the node's ID. A deploy closes a node and makes a new one with the same ID: the new one
 * takes the seat, and what the old one had on its way.
 */
export class Seat {
  readonly #courier: Courier;
  readonly #onStep: (standing: Standing) => void;
  readonly #awaited = new Map<Awaited, Sent>();
  /** What a node that was closed has left, until the next one inherits it; some of it may have ended since. */
  readonly #left = new Set<Awaited>();
  #occupant: Occupant | undefined;

  /** @param onStep of any of its downlinks, also while no node is here, and of those that it goes on with after a restart */
  constructor(courier: Courier, onStep: (standing: Standing) => void = () => undefined) {
    this.#courier = courier;
    this.#onStep = onStep;
  }

  get isTaken(): boolean {
    return this.#occupant !== undefined;
  }

  /** A node waits here for downlinks, or did before it was closed. */
  get isAwaiting(): boolean {
    return this.#awaited.size + this.#left.size > 0;
  }

  /** Before `inherit`, it gets the steps only: what it sends on would not arrive while other nodes are not there yet. */
  take(occupant: Occupant): void {
    this.#occupant = occupant;
  }

  send(job: DownlinkJob, message: object, waiter: Waiter): void {
    const awaited = new Awaited(job, message);
    // To a node that is being closed: it goes with the rest.
    if (this.isTaken) awaited.follow(waiter);
    else this.#left.add(awaited);
    this.#send(awaited);
  }

  /** What came to an earlier process, as if the node had inherited it. */
  resume(awaited: Awaited, progress: Progress): void {
    this.#send(awaited, progress);
    const { deviceId } = awaited.job.order;
    for (const { steps } of progress.items) {
      const last = steps.at(-1);
      if (last) this.#onStep({ deviceId, state: last.state, steps: [...steps] });
    }
    this.#occupant?.onInherited(awaited);
  }

  /** What is awaited, and how far it has come; undefined: no other process can go on with it. */
  get progress(): (readonly [Awaited, Progress | undefined])[] {
    return Array.from(this.#awaited, ([awaited, sent]) => [awaited, sent.progress()] as const);
  }

  #send(awaited: Awaited, progress?: Progress): void {
    // A downlink is followed longer than its node waits for it: until then neither message nor node must be kept.
    let waiting: Awaited | undefined = awaited;
    const follower: Follower = {
      onStep: (view) => {
        this.#onStep(view);
        this.#occupant?.onStep(view);
      },
      onLeaving: () => waiting?.written?.leaving(),
      onReport: (view) => waiting?.report(view),
      onEnd: (failure) => {
        const ended = waiting;
        waiting = undefined;
        if (!ended) return;
        this.#awaited.delete(ended);
        ended.written?.over();
        ended.end(failure);
      },
    };
    this.#awaited.set(awaited, this.#courier.send(awaited.job, follower, progress));
  }

  /** Its node was closed. Until the next one has inherited, or all is dropped, nothing more goes out. */
  vacate(): void {
    this.#occupant = undefined;
    for (const awaited of this.#awaited.keys()) {
      awaited.unfollow();
      this.#left.add(awaited);
    }
    if (this.isAwaiting) this.#courier.pause(this);
  }

  /** The node that has taken the seat gets what is awaited here. */
  inherit(): void {
    const inherited = [...this.#left];
    this.#left.clear();
    for (const awaited of inherited) this.#occupant?.onInherited(awaited);
    this.#courier.goOn(this);
  }

  /** Another process goes on with these, or this one when flows are started again. */
  leave(to: ReadonlySet<Awaited>): void {
    for (const awaited of to) {
      this.#awaited.get(awaited)?.forget();
      this.#awaited.delete(awaited);
      this.#left.delete(awaited);
    }
  }

  /** No node will come. */
  drop(): void {
    for (const [awaited, sent] of this.#awaited) {
      this.#left.delete(awaited);
      awaited.written?.over();
      sent.drop();
    }
    this.#courier.untold(this.#left.size);
    this.#awaited.clear();
    this.#left.clear();
    this.#courier.goOn(this);
  }
}
