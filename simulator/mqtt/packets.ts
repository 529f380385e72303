import { isFilter, isTopicName } from "./topics";
import { FieldReader, ShortPacket } from "./frames";
import type { Frame } from "./frames";

export interface Connect {
  readonly type: "connect";
  readonly protocolName: string;
  readonly level: number;
  readonly clean: boolean;
  /** Seconds. */
  readonly keepalive: number;
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly password: string | undefined;
  readonly will: { readonly topic: string; readonly payload: Buffer } | undefined;
}

export interface Publish {
  readonly type: "publish";
  readonly topic: string;
  readonly payload: Buffer;
  /** 0 to 3: the server accepts 3, against the standard. */
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 with QoS 0. */
  readonly id: number;
}

export interface RequestedFilter {
  readonly filter: string;
  readonly qos: number;
}

export type Packet =
  | Connect
  | Publish
  | { readonly type: "subscribe"; readonly id: number; readonly filters: readonly RequestedFilter[] }
  | { readonly type: "unsubscribe"; readonly id: number; readonly filters: readonly string[] }
  | { readonly type: "puback" | "pubrec" | "pubrel" | "pubcomp"; readonly id: number }
  | { readonly type: "pingreq" | "disconnect" };

/** A packet the server closes the connection for. */
class Unacceptable extends Error {}

function demand(condition: boolean): void {
  if (!condition) throw new Unacceptable("the server closes the connection for this packet");
}

/**
 * Levels 3 and 4 have one layout, and the server reads a level 5 packet with it too: with a user name the fields then do not
 * fit and the connection is closed without an answer. Bytes after the last field do not matter. Rule: docs/server.md#2-connecting.
 */
function connect(body: Buffer): Connect {
  const fields = new FieldReader(body);
  const protocolName = fields.text();
  const level = fields.byte();
  const flags = fields.byte();
  const willQos = (flags >> 3) & 3;
  const hasWill = (flags & 4) !== 0;
  demand((flags & 1) === 0);
  demand(hasWill ? willQos < 3 : (flags & 0b11_1000) === 0);
  const keepalive = fields.number();
  const clientId = fields.text();
  const will = hasWill ? { topic: fields.text(), payload: fields.bytes() } : undefined;
  const userName = flags & 0x80 ? fields.text() : undefined;
  const password = flags & 0x40 ? fields.text() : undefined;
  const clean = (flags & 2) !== 0;
  return { type: "connect", protocolName, level, clean, keepalive, clientId, userName, password, will };
}

function publish(flags: number, body: Buffer): Publish {
  const fields = new FieldReader(body);
  const qos = (flags >> 1) & 3;
  const dup = (flags & 8) !== 0;
  demand(qos > 0 || !dup);
  const topic = fields.text();
  demand(isTopicName(topic));
  const id = qos > 0 ? fields.number() : 0;
  return { type: "publish", topic, payload: fields.rest(), qos, retain: (flags & 1) !== 0, dup, id };
}

function subscribe(body: Buffer): Packet {
  const fields = new FieldReader(body);
  const id = fields.number();
  demand(id > 0);
  const filters: RequestedFilter[] = [];
  while (fields.left > 0) {
    const filter = fields.text();
    // A last filter without its QoS byte is passed over, not refused.
    if (fields.left === 0) break;
    const qos = fields.byte();
    demand(qos < 3 && isFilter(filter));
    filters.push({ filter, qos });
  }
  return { type: "subscribe", id, filters };
}

function unsubscribe(body: Buffer): Packet {
  const fields = new FieldReader(body);
  const id = fields.number();
  demand(id > 0);
  const filters: string[] = [];
  while (fields.left > 0) filters.push(fields.text());
  demand(filters.every(isFilter));
  return { type: "unsubscribe", id, filters };
}

function answer(type: "puback" | "pubrec" | "pubrel" | "pubcomp") {
  return (_flags: number, body: Buffer): Packet => {
    const id = new FieldReader(body).number();
    demand(id > 0);
    return { type, id };
  };
}

/** By packet type. The flags in the first byte are read for PUBLISH alone, as the server does. */
const DECODERS: Readonly<Record<number, (flags: number, body: Buffer) => Packet>> = {
  1: (_flags, body) => connect(body),
  3: publish,
  4: answer("puback"),
  5: answer("pubrec"),
  6: answer("pubrel"),
  7: answer("pubcomp"),
  8: (_flags, body) => subscribe(body),
  10: (_flags, body) => unsubscribe(body),
  12: () => ({ type: "pingreq" }),
  14: () => ({ type: "disconnect" }),
};

/** What a client's packet says; undefined where the server closes the connection. */
export function decodePacket(frame: Frame): Packet | undefined {
  try {
    return DECODERS[frame.type]?.(frame.flags, frame.body);
  } catch (error) {
    if (error instanceof ShortPacket || error instanceof Unacceptable) return undefined;
    throw error;
  }
}
