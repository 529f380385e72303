/** Which of core's MQTT nodes are for The Things Stack, and which of these cannot be converted, and why. */
import { environmentVariable } from "../../../../src/stack/environment";
import { textIn, type FlowNode } from "../flow";
import { noteOn, type Note } from "../note";
import { readBroker, type Broker } from "./brokers";
import {
  isStackTopic,
  isV2Topic,
  NO_APPLICATION,
  readFilter,
  readTarget,
  type Application,
  type Filter,
  type Target,
} from "./topics";

export type Reading =
  | {
      readonly role: "in";
      readonly broker: Broker;
      readonly application: Application;
      readonly filter: Filter;
    }
  | {
      readonly role: "out";
      readonly broker: Broker;
      readonly application: Application;
      /** `undefined`: each message says it. */
      readonly target: Target | undefined;
    }
  | { readonly role: "left"; readonly note: Note };

/** Those of core that subscribe and publish. */
const ROLES: Readonly<Record<string, "in" | "out">> = { "mqtt in": "in", "mqtt out": "out" };

const roleOfMqtt = (node: FlowNode): "in" | "out" | undefined =>
  Object.hasOwn(ROLES, node.type) ? ROLES[node.type] : undefined;

/** The broker of a node with a topic of The Things Stack; of several it may be the only one that tells whose broker it is. */
export const stackBrokerOf = (node: FlowNode): string | undefined =>
  roleOfMqtt(node) !== undefined && isStackTopic(textIn(node, "topic")) ? textIn(node, "broker") : undefined;

/** As bytes, of which no node here can say that they are those that came. */
const BYTES = ["buffer", "base64"];

/** Text until Node-RED 0.19; since 3.0 objects are the default. */
export const givesText = (node: FlowNode): boolean =>
  roleOfMqtt(node) === "in" && ["", "auto", "utf8"].includes(textIn(node, "datatype"));

/**
 * What is to become of a node; `undefined` if it has nothing to do with The Things Stack.
 * @param brokerNode the one that it names
 * @param isStack other nodes have topics of The Things Stack there
 */
export function readNode(
  node: FlowNode,
  brokerNode: FlowNode | undefined,
  isStack: boolean,
): Reading | undefined {
  const role = roleOfMqtt(node);
  if (role === undefined) return undefined;
  const topic = textIn(node, "topic");
  const broker = brokerNode && readBroker(brokerNode);
  const owner = broker?.owner ?? "other";
  const left = (key: `migration.${string}`, values: Note["values"] = {}): Reading => ({
    role: "left",
    note: noteOn(node)(key, { topic, ...values }),
  });
  const isOfV2 = isV2Topic(topic) && !isStackTopic(topic);
  if (owner === "v2" || (owner === "stack" && isOfV2)) return left("migration.mqtt-left-v2");
  const isVariable = environmentVariable(topic) !== undefined;
  if (owner === "stack" && isVariable) return left("migration.mqtt-left-unclear");
  if (owner === "other" && !isStackTopic(topic)) {
    const mayBe = topic === "" || isVariable || (readFilter(topic)?.kinds.length ?? 0) > 0;
    return isStack && mayBe ? left("migration.mqtt-left-unclear", { topic: topic || "-" }) : undefined;
  }
  if (!broker)
    return left("migration.mqtt-left-broker", { address: brokerNode ? textIn(brokerNode, "broker") : "-" });
  return role === "in" ? readIn(node, topic, broker, left) : readOut(topic, broker, left);
}

type Left = (key: `migration.${string}`, values?: Note["values"]) => Reading;

function readIn(node: FlowNode, topic: string, broker: Broker, left: Left): Reading {
  if (textIn(node, "inputs") === "1") return left("migration.mqtt-left-dynamic");
  const filter = readFilter(topic);
  if (!filter || filter.kinds.length === 0) return left("migration.mqtt-left-topic");
  if (BYTES.includes(textIn(node, "datatype"))) return left("migration.mqtt-left-bytes");
  return { role: "in", broker, application: filter.application, filter };
}

function readOut(topic: string, broker: Broker, left: Left): Reading {
  if (topic === "") return { role: "out", broker, application: NO_APPLICATION, target: undefined };
  const target = readTarget(topic);
  if (!target) return left("migration.mqtt-left-topic");
  return { role: "out", broker, application: target.application, target };
}
