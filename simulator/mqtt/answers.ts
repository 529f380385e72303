const word = (number: number): Buffer => Buffer.from([number >> 8, number & 255]);

function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest > 127 ? 128 : 0;
    bytes.push((rest % 128) + more);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first]), lengthBytes(body.length), body]);
}

/** Session present is never set: the server keeps no sessions. */
export const connack = (returnCode: number): Buffer => packet(0x20, Buffer.from([0, returnCode]));
export const puback = (id: number): Buffer => packet(0x40, word(id));
export const pubrec = (id: number): Buffer => packet(0x50, word(id));
export const pubrel = (id: number): Buffer => packet(0x62, word(id));
export const pubcomp = (id: number): Buffer => packet(0x70, word(id));
export const suback = (id: number, codes: readonly number[]): Buffer =>
  packet(0x90, word(id), Buffer.from([...codes]));
export const unsuback = (id: number): Buffer => packet(0xb0, word(id));
export const pingresp = (): Buffer => packet(0xd0);

/** Always QoS 0. The stack retains nothing; a bridge may. */
export function publication(topic: string, payload: Buffer, retained = false): Buffer {
  const name = Buffer.from(topic);
  return packet(retained ? 0x31 : 0x30, word(name.length), name, payload);
}
