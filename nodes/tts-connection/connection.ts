import type { SessionListener } from "../../src/account/audience";
import type { ConnectionView } from "../../src/account/view";
import type { Node } from "node-red";
import type { Lease } from "../../src/connection/pool";
import type { Reader, Recipient } from "../../src/connection/routes";
import type { Ledger, LedgerWatcher } from "../../src/devices/ledger";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { DownlinkJob } from "../../src/delivery/contract";
import type { Progress } from "../../src/delivery/progress";
import { V3_LIMITS, withoutApi, type DownlinkLimits } from "../../src/downlink/limits";
import type { Explanation } from "../../src/stack/explanation";
import { SERVICE_TRAITS } from "../../src/stack/services";
import type { ApplicationName } from "../../src/stack/identifiers";
import { ANSWER_KINDS, type Kind } from "../../src/stack/kinds";
import type { StackError } from "../../src/stack/messages";
import { deployment } from "./deployment";
import { keepUntilDeployed, letGoOfRivals } from "./kept";
import type { Listeners } from "./listeners";
import { notReached, type ErrorNotice } from "../../src/account/notices";
import type { Encoded, FieldsToEncode } from "../../src/diagnosis/encoder";
import { questionsFor, type Questions, type QueueAnswer } from "../../src/account/questions";
import { warnOfBug } from "../../src/connection/unexpected";
import { Dropped } from "../../src/delivery/dropped";
import type { NamingNode } from "../../src/account/namedDevices";
import type { Awaited, Occupant, Seat, Waiter } from "../../src/account/seats";
import { isClientIdTaken, sharedSessionFor, type SharedSession } from "../../src/account/sharedSession";
import type { ConnectionInsight } from "../../src/account/suggestions";
import type { ArrivalMemory } from "../../src/account/backfill/memories";
import {
  targetOf,
  wantsBackfill,
  type ConnectionSettings,
  type SettingsResult,
} from "../../src/account/settings";
import type { Notifier } from "./notifier";

/** A node that uses a connection. */
interface ConnectionUser {
  readonly node: Node;
  readonly onView: (view: ConnectionView) => void;
  /** The devices that it waits for by their IDs. */
  readonly naming?: NamingNode;
}

export interface Receiver extends ConnectionUser {
  readonly recipient: Recipient;
  /** It explains payloads that are missing by the decoder's errors. */
  readonly asksDecoder?: boolean;
}

/** One that watches devices or gateways over time. */
export interface WatchingUser extends ConnectionUser {
  readonly reader: Reader;
  /**
   * Before anything is heard; never where the connection cannot be opened.
   * @param of which application, as `applicationOf` says it
   */
  readonly begin: (ledger: Ledger, application: Partial<ApplicationName>, of: string) => LedgerWatcher;
}

/** What a node that watches gets. */
export interface Watching {
  /** Undefined where there is none, or it is switched off. */
  api(): StackApi | undefined;
  /** Resolves when the connection is closed, where this was its last user. */
  leave(): Promise<void>;
}

/** One that sends. */
export interface SendingUser extends ConnectionUser, Occupant {
  /** It sends fields, which the stack's encoder makes bytes of. */
  readonly usesEncoder?: boolean;
}

/** What a node waits for, and goes on with after a restart. */
export interface KeptDownlinks {
  /** Where they are sent to. */
  readonly target: string;
  /** How far each has come; undefined: no other process can go on with it. */
  readonly progress: Seat["progress"];
  resume(awaited: Awaited, progress: Progress): void;
}

/** What a node that sends gets. */
export interface Sender {
  readonly limits: DownlinkLimits;
  /** `message`: that it came with, for the node that inherits it at a deploy. */
  send(job: DownlinkJob, message: object, waiter: Waiter): void;
  /** What waits in the queue of a device. Never rejects. */
  list(deviceId: string): Promise<QueueAnswer>;
  /**
   * What it waits for is kept at a deploy until the end of that, for the next node of its ID; else dropped, but for what `save` has
   * taken care of. Resolves when the connection is closed, where this was its last user.
   */
  leave(save?: () => Promise<ReadonlySet<Awaited>>): Promise<void>;
  /** What it waits for, for a restart. */
  readonly downlinks: KeptDownlinks;
  /** Once all nodes are there; until then, and until that has resolved, answers wait at the server. */
  onceStarted(run: () => Promise<void>): void;
}

/** A user with what it waits for. */
interface Joined extends ConnectionUser {
  readonly kinds: ReadonlySet<Kind>;
  readonly sends: boolean;
}

interface OpenSession {
  readonly lease: Lease<SharedSession>;
  readonly leaveBackfill?: () => void;
  readonly unlisten: () => void;
}

const NO_KINDS = new Set<never>();

/** The rules of a downlink refuse it before; so it is only said should they not. */
const LIST_NO_API = "error.invalid-downlink.list-no-api";

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
  readonly #late = new Dropped((text) => this.#notifier.notify({ notice: "warning", text }));

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

  /** How many nodes use it. */
  get users(): number {
    return this.#users.size;
  }

  get insight(): ConnectionInsight {
    return {
      state: this.#users.size === 0 ? "unused" : this.#ownView().state,
      ledger: this.#open?.lease.resource.ledger,
    };
  }

  /** What the device's own encoder makes of fields. Never rejects. */
  async encode(deviceId: string, fields: FieldsToEncode): Promise<Encoded> {
    return this.#questions?.encode(deviceId, fields) ?? this.#noAnswer("error.show-bytes.no-api");
  }

  /** Absent where the stack's HTTP API is not to be asked. */
  get #questions(): Questions | undefined {
    return this.#settings.ok ? (this.#made ??= questionsFor(this.#settings.settings)) : undefined;
  }

  /** Returns what ends the use; it resolves when the connection is closed, where this was its last user. */
  join({ recipient, asksDecoder, ...user }: Receiver): () => Promise<void> {
    const { session, leave } = this.#join({ ...user, kinds: recipient.kinds, sends: false });
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

  /** Whose devices all are; through a broker come those of several. */
  get #application(): Partial<ApplicationName> {
    if (!this.#settings.ok) return {};
    const { settings } = this.#settings;
    const { applicationId } = settings;
    if (applicationId === undefined || SERVICE_TRAITS[settings.service].throughBroker) return {};
    const tenantId = "tenantId" in settings ? settings.tenantId : undefined;
    return { applicationId, ...(tenantId === undefined ? {} : { tenantId }) };
  }

  joinAsWatcher({ reader, begin, ...user }: WatchingUser): Watching {
    const { session, leave } = this.#join({ ...user, kinds: reader.kinds, sends: false });
    const stop = session?.watch(reader, begin(session.ledger, this.#application, session.application));
    return {
      api: () => session?.api,
      leave: async () => {
        stop?.();
        await leave();
      },
    };
  }

  joinAsSender({ onStep, onInherited, usesEncoder, ...user }: SendingUser): Sender {
    const { session, leave } = this.#join({ ...user, kinds: ANSWER_KINDS, sends: true });
    if (!session || !this.#settings.ok) return this.#nowhere(leave);
    const { settings } = this.#settings;
    const senders = session.joinSenders(user.node.id, usesEncoder);
    const { seat } = senders;
    seat.take({ onStep, onInherited });
    let dontRun = (): void => undefined;
    const dontInherit = seat.isAwaiting
      ? deployment.atEnd(() => {
          session.session.retry();
          seat.inherit();
        })
      : undefined;
    const questions = this.#questions;
    /** What comes now, to a node that is being closed, is on no seat any more. */
    let isLate = false;
    const leaveSeat = (): void => {
      senders.leave();
      isLate = true;
    };
    return {
      limits: questions ? session.downlinkLimits : withoutApi(session.downlinkLimits),
      list: (deviceId) => questions?.queue(deviceId) ?? Promise.resolve(this.#noAnswer(LIST_NO_API)),
      send: (job, message, waiter) => {
        if (isLate) this.#late.count({ held: 1 });
        else seat.send(job, message, waiter);
      },
      downlinks: {
        target: targetOf(settings),
        get progress() {
          return seat.progress;
        },
        resume: (awaited, progress) => {
          if (!isLate) seat.resume(awaited, progress);
        },
      },
      onceStarted: (run) => {
        session.session.hold(seat);
        const release = (): void => session.session.release(seat);
        const callOff = deployment.atEnd(() => {
          run().catch(warnOfBug).finally(release).catch(warnOfBug);
        });
        dontRun = () => {
          callOff();
          release();
        };
      },
      leave: async (save) => {
        dontInherit?.();
        dontRun();
        seat.vacate();
        if (seat.isAwaiting && deployment.nodesComeBack && session.mayOutliveDeploy)
          this.#keepOpen(settings, leaveSeat);
        else {
          if (save) seat.leave(await save());
          leaveSeat();
        }
        await leave();
      },
    };
  }

  /** Until the end of the deploy, when `leave` is called. */
  #keepOpen(settings: ConnectionSettings, leave: () => void): void {
    const { lease, unlisten } = this.#listen(settings, {
      isKeeper: true,
      onState: () => undefined,
      // What is dropped in the end is still for the log.
      onNotice: (notice) => {
        if (notice.notice === "warning") this.#notifier.notify(notice);
      },
      onLogEntry: (entry) => this.#notifier.write(entry),
      onUnreached: () => undefined,
    });
    keepUntilDeployed(lease.resource, () => {
      leave();
      lease.release().catch(warnOfBug);
      unlisten();
    });
  }

  /** @param noApi what to say where it is only the API that is switched off */
  #noAnswer(noApi: string): { readonly ok: false; readonly explanation: Explanation } {
    const explanation = this.#faulty?.explanation ?? { code: "invalid_downlink", key: noApi, values: {} };
    return { ok: false, explanation };
  }

  /** For a connection that cannot be opened: every downlink fails with the reason. */
  #nowhere(leave: () => Promise<void>): Sender {
    return {
      limits: V3_LIMITS,
      list: () => Promise.resolve(this.#noAnswer(LIST_NO_API)),
      send: (_job, _message, waiter) => waiter.onEnd(this.#faulty?.explanation),
      downlinks: { target: "", progress: [], resume: () => undefined },
      onceStarted: () => undefined,
      leave: () => leave(),
    };
  }

  #join(user: Joined): { readonly session: SharedSession | undefined; readonly leave: () => Promise<void> } {
    this.#users.add(user);
    this.#listeners.add(user.node);
    const session = this.#session();
    const leaveNaming = user.naming && session?.joinNaming(user.naming);
    user.onView(this.#viewFor(user));
    // The Catch and Status nodes of a tab exist only when all its nodes do.
    this.#catchingUp ??= setImmediate(() => this.#catchUp());
    return {
      session,
      leave: async () => {
        leaveNaming?.();
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
      if (isClientIdTaken(settings)) letGoOfRivals(settings);
      if (isClientIdTaken(settings)) {
        this.#faulty ??= faulty({
          code: "not_configured",
          key: "error.not-configured.client-id-taken",
          values: { clientId: settings.clientId ?? "", host: settings.host },
        });
        return undefined;
      }
      this.#faulty = undefined;
      const open = this.#listen(settings, {
        onState: () => this.#stateChanged(),
        onNotice: (notice) => this.#notifier.notify(notice),
        onLogEntry: (entry) => this.#notifier.write(entry),
        onUnreached: (notice) => this.#notifier.log(notice),
      });
      const { resource } = open.lease;
      this.#open = wantsBackfill(settings)
        ? { ...open, leaveBackfill: resource.joinBackfill(this.#memory) }
        : open;
    }
    return this.#open.lease.resource;
  }

  #listen(settings: ConnectionSettings, listener: SessionListener): OpenSession {
    const lease = sharedSessionFor(settings, {
      levels: this.#notifier.logLevels,
      attend: (deploys) => deployment.attend(deploys),
    });
    const { resource } = lease;
    const unlisten = resource.listen(listener);
    const leavePace = resource.joinPace(settings.downlinksPerMinute);
    const leaveApi = resource.joinApi(settings, listener.isKeeper);
    return {
      lease,
      unlisten: () => {
        unlisten();
        leavePace();
        leaveApi();
      },
    };
  }

  async #close(): Promise<void> {
    clearImmediate(this.#catchingUp);
    this.#catchingUp = undefined;
    const open = this.#open;
    this.#open = undefined;
    if (this.#faulty) this.#faulty = { ...this.#faulty, reached: notReached() };
    // What comes while nodes are made anew is for the next ones.
    if (open && this.#settings.ok && deployment.nodesComeBack && open.lease.resource.isWorthKeeping)
      this.#keepOpen(this.#settings.settings, () => undefined);
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
