import type { IConnectPacket, Packet } from "mqtt-packet";
import { isFilter, isTopicName } from "./topics";

/** What mqtt-packet says of a CONNECT in no protocol that it knows; it has no codes. */
const UNKNOWN_PROTOCOL = new Set(["Invalid protocolId", "Invalid protocol version"]);

export const isUnknownProtocol = ({ message }: Error): boolean => UNKNOWN_PROTOCOL.has(message);

/** The CONNACK that a CONNECT deserves for its protocol; undefined: closed without one. Rule: docs/server.md#2-connecting, 2. */
export function protocolCode(packet: IConnectPacket): 0 | 1 | undefined {
  if (packet.protocolVersion === 5) return packet.username === undefined ? 1 : undefined;
  // The flag of a bridge counts as part of the level.
  return "bridgeMode" in packet ? 1 : 0;
}

/** False: the server closes the connection. Rules: docs/server.md#1-topics-and-subscriptions, 4 and #3-publishing, 6. */
export function isAcceptable(packet: Packet): boolean {
  switch (packet.cmd) {
    case "publish":
      return isTopicName(packet.topic) && (packet.qos > 0 || !packet.dup);
    case "subscribe":
      return packet.subscriptions.length > 0 && packet.subscriptions.every(({ topic }) => isFilter(topic));
    case "unsubscribe":
      return packet.unsubscriptions.every(isFilter);
    default:
      return true;
  }
}
