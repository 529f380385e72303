import type { Node } from "node-red";
import type { Lease } from "../../src/connection/pool";
import type { Recipient } from "../../src/connection/routes";
import type { Traffic } from "../../src/connection/traffic";
import type { DownlinkJob, DownlinkView, Follower } from "../../src/delivery/follow";
import { V3_LIMITS, type DownlinkLimits } from "../../src/downlink/limits";
import type { Explanation } from "../../src/stack/explanation";
import { ANSWER_KINDS, type Kind } from "../../src/stack/kinds";
import type { ConnectionView } from "../shared/status";
import type { Audience } from "./audience";
import { isClientIdTaken, lineFor, toNobody, type ErrorNews, type Line } from "./line";
import type { SettingsResult } from "./settings";
import type { Speaker } from "./speaker";

/** A node that uses a connection. */
interface ConnectionUser {
  readonly node: Node;
  readonly onView: (view: ConnectionView) => void;
}

/** One that receives. */
export interface Receiver extends ConnectionUser {
  readonly recipient: Recipient;
}

/** Waits for one downlink, until the node is done with it. */
export type Waiter = Omit<Follower, "onStep">;

/** One that sends. `onStep`: of any of its downlinks, also of one that the node is done with. */
export interface SendingUser extends ConnectionUser {
  readonly onStep: (view: DownlinkView) => void;
}

/** What a node that sends gets. */
export interface Sender {
  readonly limits: DownlinkLimits;
  send(job: DownlinkJob, waiter: Waiter): void;
  /** What it still holds is dropped. Resolves when the connection is closed, where this was its last user. */
  leave(): Promise<void>;
}

/** A user with what it waits for. */
interface Joined extends ConnectionUser {
  readonly kinds: ReadonlySet<Kind>;
  readonly sends: boolean;
}

/** What the forms may know of a connection. */
export interface ConnectionInsight {
  readonly state: ConnectionView["state"] | "unused";
  /** Absent while no node uses the connection. */
  readonly traffic: Traffic | undefined;
}

interface OpenLine {
  readonly lease: Lease<Line>;
  readonly unlisten: () => void;
}

const NO_KINDS = new Set<never>();

const faulty = (explanation: Explanation): ErrorNews => ({ news: "error", explanation, told: toNobody() });

/** What a config node is to the nodes that use it: opens its line for the first of them and gives it back after the last. */
export class Connection {
  readonly #settings: SettingsResult;
  readonly #speaker: Speaker;
  readonly #audience: Audience;
  readonly #users = new Set<Joined>();
  /** Why it cannot be opened. */
  #faulty: ErrorNews | undefined;
  #open: OpenLine | undefined;
  #greeting: NodeJS.Immediate | undefined;

  /** @param audience the nodes that the speaker speaks to; those that join are among them */
  constructor(settings: SettingsResult, audience: Audience, speaker: Speaker) {
    this.#settings = settings;
    this.#audience = audience;
    this.#speaker = speaker;
    if (!settings.ok) this.#faulty = faulty(settings.explanation);
  }

  get insight(): ConnectionInsight {
    return {
      state: this.#users.size === 0 ? "unused" : this.#ownView().state,
      traffic: this.#open?.lease.resource.session.traffic,
    };
  }

  /** Returns what ends the use; it resolves when the connection is closed, where this was its last user. */
  join({ node, recipient, onView }: Receiver): () => Promise<void> {
    const { line, leave } = this.#join({ node, onView, kinds: recipient.kinds, sends: false });
    const stop = line?.receive(recipient);
    return async () => {
      stop?.();
      await leave();
    };
  }

  joinAsSender({ onStep, ...user }: SendingUser): Sender {
    const { line, leave } = this.#join({ ...user, kinds: ANSWER_KINDS, sends: true });
    if (!line || !this.#settings.ok) return this.#nowhere(leave);
    const sending = line.send(this.#settings.settings.downlinksPerMinute);
    const handles = new Set<{ drop(): void }>();
    // A downlink is followed longer than its node waits for it: until then neither message nor node must be kept.
    let listener: typeof onStep | undefined = onStep;
    return {
      limits: line.downlinkLimits,
      send: (job, waiter) => {
        let waiting: Waiter | undefined = waiter;
        const handle = sending.courier.send(job, {
          onStep: (view) => listener?.(view),
          onReport: (view) => waiting?.onReport(view),
          onEnd: (failure) => {
            handles.delete(handle);
            const { onEnd } = waiting ?? {};
            waiting = undefined;
            onEnd?.(failure);
          },
        });
        handles.add(handle);
      },
      leave: async () => {
        listener = undefined;
        for (const handle of handles) handle.drop();
        sending.leave();
        await leave();
      },
    };
  }

  /** For a connection that cannot be opened: every downlink fails with the reason. */
  #nowhere(leave: () => Promise<void>): Sender {
    return { limits: V3_LIMITS, send: (_job, waiter) => waiter.onEnd(this.#faulty?.explanation), leave };
  }

  #join(user: Joined): { readonly line: Line | undefined; readonly leave: () => Promise<void> } {
    this.#users.add(user);
    this.#audience.add(user.node);
    const line = this.#line();
    user.onView(this.#viewFor(user));
    // The Catch and Status nodes of a tab exist only when all its nodes do.
    this.#greeting ??= setImmediate(() => this.#greet());
    return {
      line,
      leave: async () => {
        this.#users.delete(user);
        this.#audience.remove(user.node);
        if (this.#users.size === 0) await this.#close();
      },
    };
  }

  #line(): Line | undefined {
    if (!this.#settings.ok) return undefined;
    const { settings } = this.#settings;
    if (!this.#open) {
      if (isClientIdTaken(settings)) {
        this.#faulty ??= faulty({
          code: "not_configured",
          key: "error.not-configured.client-id-taken",
          values: { clientId: settings.clientId ?? "", host: settings.host },
        });
        return undefined;
      }
      this.#faulty = undefined;
      const lease = lineFor(settings, this.#speaker.logLevels);
      const unlisten = lease.resource.listen({
        onState: () => this.#stateChanged(),
        onNews: (news) => this.#speaker.tell(news),
        onNote: (note) => this.#speaker.note(note),
        onUnheard: (news) => this.#speaker.log(news),
      });
      this.#open = { lease, unlisten };
    }
    return this.#open.lease.resource;
  }

  async #close(): Promise<void> {
    clearImmediate(this.#greeting);
    this.#greeting = undefined;
    const open = this.#open;
    this.#open = undefined;
    if (this.#faulty) this.#faulty = { ...this.#faulty, told: toNobody() };
    this.#speaker.silence();
    // What a connection says at its end is still for the log.
    const released = open?.lease.release();
    open?.unlisten();
    await released;
  }

  /** What is wrong at present. */
  get #news(): ErrorNews | undefined {
    return this.#faulty ?? this.#open?.lease.resource.standing;
  }

  #viewFor({ kinds, sends }: Joined): ConnectionView {
    return this.#open?.lease.resource.viewFor(kinds, sends) ?? this.#notConfigured;
  }

  #ownView(): ConnectionView {
    return this.#open?.lease.resource.viewFor(NO_KINDS) ?? this.#notConfigured;
  }

  get #notConfigured(): ConnectionView {
    return { state: "not_configured", explanation: this.#faulty?.explanation };
  }

  #stateChanged(): void {
    for (const user of this.#users) user.onView(this.#viewFor(user));
    if (this.#greeting === undefined) this.#speaker.showStatus(this.#ownView());
  }

  /** Tells Catch and Status nodes that are new here how things stand. */
  #greet(): void {
    this.#greeting = undefined;
    this.#speaker.greet(this.#ownView());
    this.#speaker.showStatus(this.#ownView());
    const news = this.#news;
    if (!news) return;
    this.#speaker.tell(news);
    this.#speaker.log(news);
  }
}
