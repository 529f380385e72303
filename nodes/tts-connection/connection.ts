import type { ConnectionView } from "../../src/account/view";
import type { Node } from "node-red";
import type { Lease } from "../../src/connection/pool";
import type { Reader, Recipient } from "../../src/connection/routes";
import type { Ledger, LedgerWatcher } from "../../src/devices/ledger";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { DownlinkJob, DownlinkView, Follower } from "../../src/delivery/contract";
import { V3_LIMITS, withoutApi, type DownlinkLimits } from "../../src/downlink/limits";
import type { Explanation } from "../../src/stack/explanation";
import { ANSWER_KINDS, type Kind } from "../../src/stack/kinds";
import type { StackError } from "../../src/stack/messages";
import { deployment } from "./deployment";
import type { Listeners } from "./listeners";
import { notReached, type ErrorNotice } from "../../src/account/notices";
import type { Encoded, FieldsToEncode } from "../../src/diagnosis/encoder";
import { questionsFor, type Questions, type QueueAnswer } from "../../src/account/questions";
import { isClientIdTaken, sharedSessionFor, type SharedSession } from "../../src/account/sharedSession";
import type { ConnectionInsight } from "../../src/account/suggestions";
import type { ArrivalMemory } from "../../src/account/backfill";
import { wantsBackfill, type SettingsResult } from "../../src/account/settings";
import type { Notifier } from "./notifier";

/** A node that uses a connection. */
interface ConnectionUser {
  readonly node: Node;
  readonly onView: (view: ConnectionView) => void;
}

export interface Receiver extends ConnectionUser {
  readonly recipient: Recipient;
  /** It explains payloads that are missing by the decoder's errors. */
  readonly asksDecoder?: boolean;
}

/** One that watches devices or gateways over time. */
export interface WatchingUser extends ConnectionUser {
  readonly reader: Reader;
  /** Before anything is heard; never where the connection cannot be opened. */
  readonly begin: (ledger: Ledger) => LedgerWatcher;
}

/** What a node that watches gets. */
export interface Watching {
  /** Undefined where there is none, or it is switched off. */
  api(): StackApi | undefined;
  /** Resolves when the connection is closed, where this was its last user. */
  leave(): Promise<void>;
}

/** Waits for one downlink, until the node is done with it. */
export type Waiter = Omit<Follower, "onStep">;

/** One that sends. `onStep`: of any of its downlinks, also of one that the node is done with. */
export interface SendingUser extends ConnectionUser {
  readonly onStep: (view: DownlinkView) => void;
  /** It sends fields, which the stack's encoder makes bytes of. */
  readonly usesEncoder?: boolean;
}

/** What a node that sends gets. */
export interface Sender {
  readonly limits: DownlinkLimits;
  send(job: DownlinkJob, waiter: Waiter): void;
  /** What waits in the queue of a device. Never rejects. */
  list(deviceId: string): Promise<QueueAnswer>;
  /** What it still holds is dropped. Resolves when the connection is closed, where this was its last user. */
  leave(): Promise<void>;
}

/** A user with what it waits for. */
interface Joined extends ConnectionUser {
  readonly kinds: ReadonlySet<Kind>;
  readonly sends: boolean;
}

interface OpenSession {
  readonly lease: Lease<SharedSession>;
  readonly leaveBackfill: (() => void) | undefined;
  readonly unlisten: () => void;
}

const NO_KINDS = new Set<never>();

/** The rules of a downlink refuse it before; so it is only said should they not. */
const NO_API: Explanation = {
  code: "invalid_downlink",
  key: "error.invalid-downlink.list-no-api",
  values: {},
};

const faulty = (explanation: Explanation): ErrorNotice => ({
  notice: "error",
  explanation,
  reached: notReached(),
});

/** What a config node is to the nodes that use it: opens the session for the first of them and gives it back after the last. */
export class Connection {
  readonly #settings: SettingsResult;
  readonly #notifier: Notifier;
  readonly #memory: ArrivalMemory;
  readonly #listeners: Listeners;
  readonly #users = new Set<Joined>();
  /** Why it cannot be opened. */
  #faulty: ErrorNotice | undefined;
  #open: OpenSession | undefined;
  #made: Questions | undefined;
  #catchingUp: NodeJS.Immediate | undefined;

  /**
   * @param listeners those whom the notifier notifies, by the nodes that join here
   * @param memory for what outlives a restart
   */
  constructor(settings: SettingsResult, listeners: Listeners, notifier: Notifier, memory: ArrivalMemory) {
    this.#settings = settings;
    this.#memory = memory;
    this.#listeners = listeners;
    this.#notifier = notifier;
    if (!settings.ok) this.#faulty = faulty(settings.explanation);
  }

  get insight(): ConnectionInsight {
    return {
      state: this.#users.size === 0 ? "unused" : this.#ownView().state,
      ledger: this.#open?.lease.resource.ledger,
    };
  }

  /** What the device's own encoder makes of fields. Never rejects. */
  async encode(deviceId: string, fields: FieldsToEncode): Promise<Encoded> {
    return (
      this.#questions?.encode(deviceId, fields) ?? { ok: false, explanation: this.#noAnswer.explanation }
    );
  }

  /** Absent where the stack's HTTP API is not to be asked. */
  get #questions(): Questions | undefined {
    return this.#settings.ok ? (this.#made ??= questionsFor(this.#settings.settings)) : undefined;
  }

  /** Returns what ends the use; it resolves when the connection is closed, where this was its last user. */
  join({ node, recipient, onView, asksDecoder }: Receiver): () => Promise<void> {
    const { session, leave } = this.#join({ node, onView, kinds: recipient.kinds, sends: false });
    const stop = session?.receive(recipient, asksDecoder);
    return async () => {
      stop?.();
      await leave();
    };
  }

  /** See `SharedSession`. */
  async decoderError(deviceId: string, correlationIds: readonly string[]): Promise<StackError | undefined> {
    return this.#open?.lease.resource.decoderError(deviceId, correlationIds);
  }

  joinAsWatcher({ reader, begin, ...user }: WatchingUser): Watching {
    const { session, leave } = this.#join({ ...user, kinds: reader.kinds, sends: false });
    const stop = session?.watch(reader, begin(session.ledger));
    return {
      api: () => session?.api,
      leave: async () => {
        stop?.();
        await leave();
      },
    };
  }

  joinAsSender({ onStep, usesEncoder, ...user }: SendingUser): Sender {
    const { session, leave } = this.#join({ ...user, kinds: ANSWER_KINDS, sends: true });
    if (!session || !this.#settings.ok) return this.#nowhere(leave);
    const senders = session.joinSenders(this.#settings.settings.downlinksPerMinute, usesEncoder);
    const handles = new Set<{ drop(): void }>();
    // A downlink is followed longer than its node waits for it: until then neither message nor node must be kept.
    let listener: typeof onStep | undefined = onStep;
    const questions = this.#questions;
    return {
      limits: questions ? session.downlinkLimits : withoutApi(session.downlinkLimits),
      list: (deviceId) => questions?.queue(deviceId) ?? Promise.resolve(this.#noAnswer),
      send: (job, waiter) => {
        let waiting: Waiter | undefined = waiter;
        const handle = senders.courier.send(job, {
          onStep: (view) => {
            session.follow(view);
            listener?.(view);
          },
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
        senders.leave();
        await leave();
      },
    };
  }

  get #noAnswer(): QueueAnswer & { readonly ok: false } {
    const explanation = this.#faulty?.explanation ?? NO_API;
    return { ok: false, explanation };
  }

  /** For a connection that cannot be opened: every downlink fails with the reason. */
  #nowhere(leave: () => Promise<void>): Sender {
    return {
      limits: V3_LIMITS,
      list: () => Promise.resolve(this.#noAnswer),
      send: (_job, waiter) => waiter.onEnd(this.#faulty?.explanation),
      leave,
    };
  }

  #join(user: Joined): { readonly session: SharedSession | undefined; readonly leave: () => Promise<void> } {
    this.#users.add(user);
    this.#listeners.add(user.node);
    const session = this.#session();
    user.onView(this.#viewFor(user));
    // The Catch and Status nodes of a tab exist only when all its nodes do.
    this.#catchingUp ??= setImmediate(() => this.#catchUp());
    return {
      session,
      leave: async () => {
        this.#users.delete(user);
        this.#listeners.remove(user.node);
        if (this.#users.size === 0) await this.#close();
      },
    };
  }

  #session(): SharedSession | undefined {
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
      const lease = sharedSessionFor(settings, {
        levels: this.#notifier.logLevels,
        attend: (deploys) => deployment.attend(deploys),
      });
      const unlisten = lease.resource.listen({
        onState: () => this.#stateChanged(),
        onNotice: (notice) => this.#notifier.notify(notice),
        onLogEntry: (entry) => this.#notifier.write(entry),
        onUnreached: (notice) => this.#notifier.log(notice),
      });
      const { resource } = lease;
      const leaveBackfill = wantsBackfill(settings) ? resource.joinBackfill(this.#memory) : undefined;
      this.#open = { lease, leaveBackfill, unlisten };
    }
    return this.#open.lease.resource;
  }

  async #close(): Promise<void> {
    clearImmediate(this.#catchingUp);
    this.#catchingUp = undefined;
    const open = this.#open;
    this.#open = undefined;
    if (this.#faulty) this.#faulty = { ...this.#faulty, reached: notReached() };
    this.#notifier.clear();
    open?.leaveBackfill?.();
    // What a connection says at its end is still for the log.
    const released = open?.lease.release();
    open?.unlisten();
    await released;
  }

  /** What is wrong at present. */
  get #notice(): ErrorNotice | undefined {
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
    if (this.#catchingUp === undefined) this.#notifier.showStatus(this.#ownView());
  }

  /** Tells Catch and Status nodes that are new here how things stand. */
  #catchUp(): void {
    this.#catchingUp = undefined;
    this.#notifier.catchUp(this.#ownView());
    this.#notifier.showStatus(this.#ownView());
    const notice = this.#notice;
    if (!notice) return;
    this.#notifier.notify(notice);
    this.#notifier.log(notice);
  }
}
