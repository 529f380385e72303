import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Kind } from "../../src/stack/kinds";
import { explainUnseen } from "../shared/environment";
import type { WithUsers } from "../shared/red";
import { chosenTls } from "../shared/tlsConfig";
import { textOf } from "../shared/text";
import { registerRoutes } from "./admin/routes";
import { Audience } from "./audience";
import {
  Connection,
  type ConnectionInsight,
  type Receiver,
  type Sender,
  type SendingUser,
} from "./connection";
import { deployment } from "./deployment";
import { ownName } from "./ownName";
import { CONNECTION_DEFAULTS, type ConnectionCredentials, type ConnectionProperties } from "./properties";
import { serviceOf } from "./service";
import { readSettings, type SettingsResult } from "./settings";
import { Speaker } from "./speaker";
import { serveSuggestions } from "./admin/suggestionRoute";

/** What other nodes may use of the config node. */
export interface TtsConnectionNode extends Node<ConnectionCredentials>, WithUsers {
  service: string;
  /** The kinds of message that can come at all; absent where it is not configured. */
  kinds: ReadonlySet<Kind> | undefined;
  join(user: Receiver): () => Promise<void>;
  joinAsSender(user: SendingUser): Sender;
  /** For the forms. */
  insight(): ConnectionInsight;
}

type ConnectionDef = NodeDef & Partial<ConnectionProperties>;

export default function init(RED: NodeAPI): void {
  deployment.watch(RED.events);

  function settingsOf(...given: Parameters<typeof readSettings>): SettingsResult {
    const read = readSettings(...given);
    return read.ok ? read : { ok: false, explanation: explainUnseen(RED, read.explanation) };
  }

  function TtsConnection(this: TtsConnectionNode, def: ConnectionDef): void {
    RED.nodes.createNode(this, def);
    const properties: ConnectionProperties = { ...CONNECTION_DEFAULTS, ...def };
    const tls = chosenTls(RED, properties.tls);
    const settings = settingsOf(properties, this.credentials, tls);
    const name = ownName(properties);
    if (name && !this.name) this.name = textOf(RED, name);
    const audience = new Audience();
    const speaker = new Speaker(RED, this, audience);
    const connection = new Connection(settings, audience, speaker);
    this.service = properties.service;
    this.kinds = settings.ok ? serviceOf(settings.settings).kinds : undefined;
    this.join = (user) => connection.join(user);
    this.joinAsSender = (user) => connection.joinAsSender(user);
    this.insight = () => connection.insight;
    this.on("close", () => speaker.silence());
  }

  serveSuggestions(RED);
  registerRoutes(RED);
  RED.nodes.registerType<TtsConnectionNode, ConnectionDef, object, ConnectionCredentials>(
    "tts-connection",
    TtsConnection,
    {
      credentials: {
        apiKey: { type: "password" },
        username: { type: "text" },
        password: { type: "password" },
      },
    },
  );
}
