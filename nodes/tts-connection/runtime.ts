import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Kind } from "../../src/stack/kinds";
import { tlsOptionsOf, type WithUsers } from "../shared/red";
import { nodeStatus, StatusWriter, statusOf } from "../shared/status";
import { flowError, textOf } from "../shared/text";
import { registerRoutes } from "./admin/routes";
import {
  Connection,
  type ConnectionInsight,
  type Receiver,
  type Sender,
  type SendingUser,
} from "./connection";
import { deployment } from "./deployment";
import type { News } from "./line";
import { CONNECTION_DEFAULTS, type ConnectionCredentials, type ConnectionProperties } from "./properties";
import { serviceOf } from "./service";
import { readSettings } from "./settings";
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

  function tell(node: TtsConnectionNode, news: News, users: Record<string, Node>): void {
    if (news.news === "warning") {
      node.warn(textOf(RED, news.text));
      return;
    }
    if (Object.keys(users).length === 0) return;
    const { explanation, payload, topic } = news;
    node.users = users;
    node.error(flowError(RED, explanation), {
      ...(payload === undefined ? {} : { payload }),
      ...(topic === undefined ? {} : { topic }),
    });
  }

  function TtsConnection(this: TtsConnectionNode, def: ConnectionDef): void {
    RED.nodes.createNode(this, def);
    const properties: ConnectionProperties = { ...CONNECTION_DEFAULTS, ...def };
    const tls = tlsOptionsOf(RED, properties.tls);
    const status = new StatusWriter((next) => {
      this.users = connection.everyTab;
      this.status(next);
    });
    const settings = readSettings(properties, this.credentials, tls);
    const connection = new Connection(settings, {
      showStatus: (view) => status.show(() => nodeStatus(RED, statusOf(view))),
      greet: (view, users) => {
        this.users = users;
        this.status(nodeStatus(RED, statusOf(view)));
      },
      tell: (news, users) => tell(this, news, users),
      silence: () => status.end(),
    });
    this.service = properties.service;
    this.kinds = settings.ok ? serviceOf(settings.settings).kinds : undefined;
    this.join = (user) => connection.join(user);
    this.joinAsSender = (user) => connection.joinAsSender(user);
    this.insight = () => connection.insight;
    this.on("close", () => status.end());
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
