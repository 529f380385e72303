import assert from "node:assert/strict";
import { EventLines } from "../../src/diagnosis/eventLines";
import { Pieces } from "../../src/diagnosis/pieces";
import { collectGarbage } from "../connection/garbage";

const LENGTH = 200_000;
const BYTES = Buffer.from("abcdefgh".repeat(LENGTH / 8));
/** As much for each byte, where each came alone, would be 20 MB and more. */
const MOST_HELD = 2_000_000;

/** How many bytes are held when each byte was given alone. */
function heldByBytesOf(take: (byte: Buffer) => unknown): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < LENGTH; at++) take(BYTES.subarray(at, at + 1));
  collectGarbage();
  return process.memoryUsage().heapUsed - before;
}

describe("an answer that comes byte by byte", () => {
  it("is held in as much memory as one that comes at once", () => {
    const pieces = new Pieces();
    const held = heldByBytesOf((byte) => pieces.add(byte));
    assert.ok(held < MOST_HELD, `${held}`);
    assert.equal(pieces.length, LENGTH);
    assert.ok(pieces.whole().equals(BYTES));
  });

  it("and is a stream of lines, too", () => {
    const lines = new EventLines(LENGTH);
    const held = heldByBytesOf((byte) => lines.take(byte));
    assert.ok(held < MOST_HELD, `${held}`);
    assert.deepEqual(lines.take(Buffer.from("\n")), [BYTES]);
  });
});
