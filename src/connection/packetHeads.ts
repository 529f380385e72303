/**
 * Messages are collected whole before they are handed over, and MQTT allows 256 MB each. Those of the stack have some kilobytes; on a
 * small machine a few hostile ones would be the end of Node-RED.
 */
export const LARGEST_MESSAGE = 4 * 1024 * 1024;
/** All other packets that a client gets have five bytes at most; a client that has subscribed to much in one go gets some more. */
const LARGEST_OTHER = 1024;
/** Of one packet, which are collected as they come: each has some hundred bytes of its own, and may have a single byte of the packet. */
const MOST_PIECES = 50_000;
const PUBLISH = 3;
/** Of the length, seven bits each. */
const MOST_LENGTH_BYTES = 4;

/** Follows the bytes of an MQTT connection from packet to packet, as far as to know how long each is before it is there. */
export class PacketHeads {
  /** Bytes of the present packet that are still to come; undefined: what comes is no MQTT, and its reader will say so. */
  #left: number | undefined = 0;
  #type = -1;
  #length = 0;
  #lengthBytes = 0;
  /** In which the present packet came so far. */
  #pieces = 0;

  /** Whether a packet begins or goes on in these bytes that is too large, or in too many pieces, to be waited for. */
  isTooLarge(chunk: Uint8Array): boolean {
    let at = 0;
    this.#pieces += 1;
    while (at < chunk.length && this.#left !== undefined) {
      if (this.#left > 0) {
        const here = Math.min(this.#left, chunk.length - at);
        this.#left -= here;
        at += here;
      } else if (this.#takeHead(chunk[at++] ?? 0)) return true;
    }
    return this.#pieces > MOST_PIECES;
  }

  #takeHead(byte: number): boolean {
    if (this.#type === -1) {
      this.#pieces = 1;
      this.#type = byte >> 4;
      this.#length = this.#lengthBytes = 0;
      return false;
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (byte >= 0x80) {
      if (this.#lengthBytes === MOST_LENGTH_BYTES) this.#left = undefined;
      return false;
    }
    const isTooLarge = this.#length > (this.#type === PUBLISH ? LARGEST_MESSAGE : LARGEST_OTHER);
    this.#left = this.#length;
    this.#type = -1;
    return isTooLarge;
  }
}
