import type { Node, NodeAPI, NodeDef } from "node-red";
import { joinMessage } from "../../src/stack/join";
import { commonFields } from "../../src/stack/summary";
import { receive } from "../shared/receiver";
import { JOIN_DEFAULTS, type JoinProperties } from "./properties";

type JoinDef = NodeDef & Partial<JoinProperties>;

const KINDS = new Set(["join_accept"] as const);

export default function init(RED: NodeAPI): void {
  function TtsJoin(this: Node, def: JoinDef): void {
    RED.nodes.createNode(this, def);
    const { connection, devices }: JoinProperties = { ...JOIN_DEFAULTS, ...def };
    receive(RED, this, {
      connection,
      devices,
      kinds: KINDS,
      view({ topic, origin, arrivedAt, received }) {
        if (received.kind !== "join_accept") return undefined;
        const common = commonFields(received, topic, origin, arrivedAt);
        return { send: joinMessage(common, received.message) };
      },
    });
  }

  RED.nodes.registerType("tts-join", TtsJoin);
}
