/** Each uplink and downlink has a number, in its payload. */

export function payloadOf(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

export function numberIn(base64: unknown): number {
  const bytes = typeof base64 === "string" ? Buffer.from(base64, "base64") : Buffer.alloc(0);
  return bytes.length === 4 ? bytes.readUInt32BE(0) : -1;
}

export const counted = (numbers: readonly number[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
};

export const itemsIn = (json: unknown): readonly number[] => {
  const { downlinks = [] } = json as { downlinks?: readonly { frm_payload?: string }[] };
  return downlinks.map(({ frm_payload }) => numberIn(frm_payload));
};
