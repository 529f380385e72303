/** As much of MQTT 3.1.1 as a proxy has to know. */
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBSCRIBE = 8;
export const PINGRESP = 13;

export const typeOf = (packet: Buffer): number => (packet[0] ?? 0) >> 4;

/** The topic of a PUBLISH. */
export function topicOf(packet: Buffer): string {
  const at = headLength(packet) ?? 0;
  return packet.toString("utf8", at + 2, at + 2 + packet.readUInt16BE(at));
}

/** What the server says of a downlink. */
export const isAnswer = (packet: Buffer): boolean =>
  typeOf(packet) === PUBLISH && /\/down\/[a-z]+$/.test(topicOf(packet));

/** Bytes of type and length; undefined where they are not all there. */
export function headLength(bytes: Buffer): number | undefined {
  for (let at = 1; at < Math.min(5, bytes.length); at++) if ((bytes[at] ?? 0) < 0x80) return at + 1;
  return undefined;
}

function lengthOf(bytes: Buffer): number | undefined {
  const head = headLength(bytes);
  if (head === undefined) return undefined;
  let length = 0;
  for (let at = 1; at < head; at++) length += ((bytes[at] ?? 0) & 0x7f) * 128 ** (at - 1);
  return head + length;
}

/** Takes a stream apart into packets. */
export class Packets {
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): readonly Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    for (let length = lengthOf(this.#rest); length !== undefined; length = lengthOf(this.#rest)) {
      if (this.#rest.length < length) break;
      packets.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
    return packets;
  }
}
