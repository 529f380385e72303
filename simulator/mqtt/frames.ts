/** One control packet as it came: the first byte taken apart, and what follows the length. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

export type FrameResult =
  | { readonly state: "frame"; readonly frame: Frame }
  | { readonly state: "incomplete" }
  | { readonly state: "broken" };

/** Collects bytes and gives whole control packets. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  push(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  /** Bytes received that belong to no packet given out so far. */
  get unread(): number {
    return this.#size;
  }

  next(): FrameResult {
    const head = this.#bytes(Math.min(this.#size, 5));
    let length = 0;
    for (let index = 1; index < 5; index++) {
      const byte = head[index];
      if (byte === undefined) return { state: "incomplete" };
      length += (byte & 127) * 128 ** (index - 1);
      if (byte >= 128) continue;
      if (this.#size < index + 1 + length) return { state: "incomplete" };
      const packet = this.#take(index + 1 + length);
      const first = packet.readUInt8(0);
      const frame = { type: first >> 4, flags: first & 15, body: packet.subarray(index + 1) };
      return { state: "frame", frame };
    }
    // Four bytes of length at most.
    return { state: "broken" };
  }

  /** The first bytes, without copying a large packet again with every chunk of it. */
  #bytes(count: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= count) return first.subarray(0, count);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return (this.#chunks[0] ?? Buffer.alloc(0)).subarray(0, count);
  }

  #take(count: number): Buffer {
    const all = this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    this.#size = all.length - count;
    return all.subarray(0, count);
  }
}

/** Thrown where a packet ends too early. */
export class ShortPacket extends Error {}

/** Reads the fields of a packet one after the other; throws `ShortPacket`. */
export class FieldReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get left(): number {
    return this.#body.length - this.#at;
  }

  byte(): number {
    return this.#slice(1).readUInt8(0);
  }

  number(): number {
    return this.#slice(2).readUInt16BE(0);
  }

  text(): string {
    return this.#slice(this.number()).toString("utf8");
  }

  bytes(): Buffer {
    return this.#slice(this.number());
  }

  rest(): Buffer {
    return this.#slice(this.left);
  }

  #slice(length: number): Buffer {
    if (this.left < length) throw new ShortPacket("the packet ends too early");
    this.#at += length;
    return this.#body.subarray(this.#at - length, this.#at);
  }
}
