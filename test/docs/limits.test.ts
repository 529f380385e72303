import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { LARGEST_MESSAGE } from "../../src/connection/packetHeads";
import { decodeMessage } from "../../src/stack/decode";

const MEGABYTE = 1024 * 1024;

const guide = readFileSync(path.resolve(__dirname, "../../docs/pubsub.md"), "utf8");

const figureIn = (sentence: RegExp): number => Number(sentence.exec(guide)?.[1]);

describe("the limits in the guide to Pub/Sub", () => {
  it("are those of messages", () => {
    assert.equal(figureIn(/one over (\d+) MB ends the connection/) * MEGABYTE, LARGEST_MESSAGE);
    const largest = figureIn(/a message over (\d+) MB is not read/) * MEGABYTE;
    const problemOf = (bytes: Uint8Array): string | undefined => {
      const decoded = decodeMessage(bytes);
      return decoded.ok ? undefined : decoded.problem.problem;
    };
    assert.notEqual(problemOf(Buffer.alloc(largest, " ")), "too_large");
    assert.equal(problemOf(Buffer.alloc(largest + 1, " ")), "too_large");
  });
});
