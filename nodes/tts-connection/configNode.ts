import type { Node } from "node-red";
import type { ConnectionInsight } from "../../src/account/suggestions";
import type { ConnectionCredentials } from "../../src/stack/connectionProperties";
import type { Kind } from "../../src/stack/kinds";
import type { ServiceTraits } from "../../src/stack/services";
import type { WithUsers } from "../shared/red";
import type { Receiver, Sender, SendingUser, Watching, WatchingUser } from "./connection";

/** What other nodes may use of the config node. */
export interface TtsConnectionNode extends Node<ConnectionCredentials>, WithUsers {
  traits: ServiceTraits;
  /** The kinds of message that can come at all; absent where it is not configured. */
  kinds: ReadonlySet<Kind> | undefined;
  join(user: Receiver): () => Promise<void>;
  joinAsSender(user: SendingUser): Sender;
  joinAsWatcher(user: WatchingUser): Watching;
  /** For the forms. */
  insight(): ConnectionInsight;
}
