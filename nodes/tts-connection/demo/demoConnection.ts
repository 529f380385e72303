import type { StackError } from "../../../src/stack/messages";
import type { ConnectionInsight } from "../../../src/account/suggestions";
import type { SettingsResult } from "../../../src/account/settings";
import type { Encoded, FieldsToEncode } from "../../../src/diagnosis/encoder";
import { warnOfBug } from "../../../src/connection/unexpected";
import { V3_LIMITS } from "../../../src/downlink/limits";
import type { Connection, Receiver, Sender, SendingUser, Watching, WatchingUser } from "../connection";
import { demoStack, type DemoUse } from "./demoStack";

/** What nodes and forms use of a connection. */
export type UsedConnection = Pick<
  Connection,
  "join" | "joinAsSender" | "joinAsWatcher" | "decoderError" | "encode" | "insight" | "users"
>;

const NOTHING_KEPT: Sender["downlinks"] = { target: "", progress: [], resume: () => undefined };

/** Lets a user have the connection; returns what ends its use. */
type Joining = (connection: Connection) => () => Promise<void>;

/**
 * A connection to the demo's stack. How to reach it is known when it has started: until then users wait here, and their nodes show
 * that they are being connected. It runs from the first user to the last.
 */
export class DemoConnection implements UsedConnection {
  readonly #open: (settings: SettingsResult) => Connection;
  /** Each with what ends its use of the connection, once there is one. */
  readonly #users = new Map<Joining, (() => Promise<void>) | undefined>();
  #use: DemoUse | undefined;
  #connection: Connection | undefined;

  /** @param open makes the connection as to any other stack */
  constructor(open: (settings: SettingsResult) => Connection) {
    this.#open = open;
  }

  get users(): number {
    return this.#users.size;
  }

  get insight(): ConnectionInsight {
    if (this.#connection) return this.#connection.insight;
    return { state: this.#users.size === 0 ? "unused" : "connecting", ledger: undefined };
  }

  join(user: Receiver): () => Promise<void> {
    if (!this.#connection) user.onView({ state: "connecting" });
    return this.#join((connection) => connection.join(user));
  }

  joinAsSender(user: SendingUser): Sender {
    let sender: Sender | undefined;
    let kept: Parameters<Sender["leave"]>[0];
    /** What came before there was a connection, in order. */
    const early: ((sender: Sender) => void)[] = [];
    let told: (sender: Sender) => void = () => undefined;
    const known = new Promise<Sender>((resolve) => (told = resolve));
    if (!this.#connection) user.onView({ state: "connecting" });
    const leave = this.#join((connection) => {
      const joined = connection.joinAsSender(user);
      sender = joined;
      told(joined);
      for (const send of early.splice(0)) send(joined);
      return () => joined.leave(kept);
    });
    return {
      limits: V3_LIMITS,
      send: (...given) => {
        if (sender) sender.send(...given);
        else early.push((joined) => joined.send(...given));
      },
      get downlinks() {
        return sender?.downlinks ?? NOTHING_KEPT;
      },
      onceStarted: (run) => {
        if (sender) sender.onceStarted(run);
        else early.push((joined) => joined.onceStarted(run));
      },
      list: async (deviceId) => (await known).list(deviceId),
      leave: async (save) => {
        early.length = 0;
        kept = save;
        await leave();
      },
    };
  }

  joinAsWatcher(user: WatchingUser): Watching {
    let watching: Watching | undefined;
    if (!this.#connection) user.onView({ state: "connecting" });
    const leave = this.#join((connection) => {
      const joined = connection.joinAsWatcher(user);
      watching = joined;
      return () => joined.leave();
    });
    return { api: () => watching?.api(), leave };
  }

  async decoderError(deviceId: string, correlationIds: readonly string[]): Promise<StackError | undefined> {
    return this.#connection?.decoderError(deviceId, correlationIds);
  }

  /** Also where no node uses the connection: the demo runs for as long as it takes then. */
  async encode(deviceId: string, fields: FieldsToEncode): Promise<Encoded> {
    if (this.#connection) return this.#connection.encode(deviceId, fields);
    const use = demoStack.use();
    const connection = this.#open(await use.settings);
    const encoded = await connection.encode(deviceId, fields);
    await use.end();
    return encoded;
  }

  #join(joining: Joining): () => Promise<void> {
    this.#users.set(joining, this.#connection && joining(this.#connection));
    this.#use ??= this.#start();
    return async () => {
      const leave = this.#users.get(joining);
      this.#users.delete(joining);
      await leave?.();
      if (this.#users.size > 0) return;
      const use = this.#use;
      this.#use = undefined;
      this.#connection = undefined;
      await use?.end();
    };
  }

  #start(): DemoUse {
    const use = demoStack.use();
    use.settings
      .then((settings) => {
        if (this.#use !== use) return;
        const connection = this.#open(settings);
        this.#connection = connection;
        for (const joining of this.#users.keys()) this.#users.set(joining, joining(connection));
      })
      .catch(warnOfBug);
    return use;
  }
}
