import type { Node } from "node-red";
import type { ConnectionInsight } from "../../src/account/suggestions";
import type { ConnectionCredentials } from "../../src/stack/connectionProperties";
import type { Kind } from "../../src/stack/kinds";
import type { Encoded, FieldsToEncode } from "../../src/diagnosis/encoder";
import type { StackError } from "../../src/stack/messages";
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
  /** Why the uplink formatter failed on the uplink with these correlation IDs, where that is told. Never rejects. */
  decoderError(deviceId: string, correlationIds: readonly string[]): Promise<StackError | undefined>;
  /** What the device's own encoder makes of fields. Nothing is queued. Never rejects. */
  encode(deviceId: string, fields: FieldsToEncode): Promise<Encoded>;
  joinAsWatcher(user: WatchingUser): Watching;
  /** For the forms. */
  insight(): ConnectionInsight;
}
