import type { NodeAPI, NodeDef } from "node-red";
import { EVERY_STACK_KIND, kindsOf } from "../../src/account/networkEvents";
import { readSettings, type SettingsResult } from "../../src/account/settings";
import {
  CONNECTION_DEFAULTS,
  type ConnectionCredentials,
  type ConnectionProperties,
} from "../../src/stack/connectionProperties";
import { traitsOf } from "../../src/stack/services";
import { textOf } from "../shared/text";
import { registerRoutes } from "./admin/routes";
import { serveSuggestions } from "./admin/suggestionRoute";
import type { TtsConnectionNode } from "./configNode";
import { Connection } from "./connection";
import { DemoConnection, type UsedConnection } from "./demo/demoConnection";
import { deployment } from "./deployment";
import { lostCredentials } from "./lostCredentials";
import { Listeners } from "./listeners";
import { memoryOf } from "./memory";
import { Notifier } from "./notifier";
import { ownName } from "./ownName";
import { chosenTls } from "./tlsConfig";
import { explainUnseen } from "./unseenVariable";

type ConnectionDef = NodeDef & Partial<ConnectionProperties>;

export default function init(RED: NodeAPI): void {
  deployment.watch(RED.events);
  lostCredentials.watch(RED.events);

  function settingsOf(nodeId: string, ...given: Parameters<typeof readSettings>): SettingsResult {
    const read = readSettings(...given);
    if (read.ok) return read;
    return { ok: false, explanation: lostCredentials.explain(nodeId, explainUnseen(RED, read.explanation)) };
  }

  function TtsConnection(this: TtsConnectionNode, def: ConnectionDef): void {
    RED.nodes.createNode(this, def);
    const properties: ConnectionProperties = { ...CONNECTION_DEFAULTS, ...def };
    this.traits = traitsOf(properties.service);
    const name = ownName(properties);
    if (name && !this.name) this.name = textOf(RED, name);
    const listeners = new Listeners();
    const notifier = new Notifier(RED, this, listeners);
    const open = (settings: SettingsResult): Connection =>
      new Connection(settings, listeners, notifier, memoryOf(RED, this, settings));
    const connect = (): UsedConnection => {
      const settings = settingsOf(this.id, properties, this.credentials, chosenTls(RED, properties.tls));
      this.kinds = settings.ok ? kindsOf(settings.settings) : undefined;
      // A broker may take who has no name, so there is no error before it refuses.
      const isAnonymous = this.traits.throughBroker && !this.credentials.username;
      if (settings.ok && isAnonymous && lostCredentials.has(this.id))
        this.warn(textOf(RED, { key: "warning.credentials-lost", values: {} }));
      return open(settings);
    };
    this.kinds = EVERY_STACK_KIND;
    const connection = this.traits.builtIn ? new DemoConnection(open) : connect();
    this.join = (user) => connection.join(user);
    this.joinAsSender = (user) => connection.joinAsSender(user);
    this.decoderError = (deviceId, correlationIds) => connection.decoderError(deviceId, correlationIds);
    this.encode = (deviceId, fields) => connection.encode(deviceId, fields);
    this.joinAsWatcher = (user) => connection.joinAsWatcher(user);
    this.insight = () => connection.insight;
    this.on("close", () => {
      notifier.clear();
      // Node-RED does not see that a node depends on a connection whose ID comes from a variable of its tab, group or subflow.
      deployment.atEnd(() => {
        const number = connection.users;
        if (number > 0) this.warn(textOf(RED, { key: "warning.not-restarted", values: { number } }));
      });
    });
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
        proxyUsername: { type: "text" },
        proxyPassword: { type: "password" },
      },
    },
  );
}
