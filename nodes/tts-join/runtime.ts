import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Delivery } from "../../src/connection/routes";
import { joinMessage } from "../../src/stack/join";
import { topicFor } from "../../src/stack/messageTopic";
import { commonFields } from "../../src/stack/summary";
import type { Outcome } from "../shared/outcome";
import { receive } from "../shared/receiver";
import { refuse } from "../shared/refuse";
import { explainTopic, withTopic } from "../shared/topic";
import { explainProperties } from "../shared/unsetVariable";
import { JOIN_DEFAULTS, type JoinProperties } from "./properties";

type JoinDef = NodeDef & Partial<JoinProperties>;

const KINDS = new Set(["join_accept"] as const);

function viewOf({ topic, origin, arrivedAt, received }: Delivery): Outcome | undefined {
  if (received.kind !== "join_accept") return undefined;
  const common = commonFields(received, topic, origin, arrivedAt);
  return { send: joinMessage(common, received.message) };
}

export default function init(RED: NodeAPI): void {
  function TtsJoin(this: Node, def: JoinDef): void {
    RED.nodes.createNode(this, def);
    const { connection, devices, topic }: JoinProperties = { ...JOIN_DEFAULTS, ...def };
    const wrong = explainProperties(def, JOIN_DEFAULTS) ?? explainTopic(topic);
    if (wrong !== undefined) {
      refuse(RED, this, wrong);
      return;
    }
    receive(RED, this, { connection, devices, kinds: KINDS, view: withTopic(viewOf, topicFor(topic)) });
  }

  RED.nodes.registerType("tts-join", TtsJoin);
}
