import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Journal, newId } from "../../nodes/tts-downlink/restart/journal";
import { recordsIn } from "../../nodes/tts-downlink/restart/record";
import { asPortable, fromPortable } from "../../nodes/tts-downlink/restart/portable";
import { inDoubt } from "../../src/delivery/progress";

describe("the journal of downlinks that were written down", () => {
  let userDir: string;
  beforeEach(() => {
    userDir = mkdtempSync(path.join(tmpdir(), "journal-"));
  });
  afterEach(() => rmSync(userDir, { recursive: true, force: true }));

  const waiting = (id: string): { id: string; hasLeft: boolean } => ({ id, hasLeft: false });

  it("knows in the next process what has left and what is over", () => {
    const journal = new Journal(userDir);
    const { name } = journal;
    const [held, left, over] = [newId(), newId(), newId()];
    journal.leaving(left);
    journal.over(over);
    const next = new Journal(userDir);
    assert.equal(next.name, name);
    assert.deepEqual(
      [held, left, over].map((id) => [next.hasLeft(id, name), next.isOver(id)]),
      [
        [false, false],
        [true, false],
        [false, true],
      ],
    );
  });

  it("knows in the next process what a node waited for and is not in the store, and tells it once", () => {
    const journal = new Journal(userDir);
    assert.ok(journal.name);
    const [stored, held, left, before, over] = [newId(), newId(), newId(), newId(), newId()];
    journal.waits("node", [waiting(stored), waiting(held), waiting(left), waiting(over)]);
    journal.waits("node", [waiting(stored), { id: before, hasLeft: true }]);
    journal.waits("other.node", [waiting(newId())]);
    journal.leaving(left);
    journal.over(over);
    const next = new Journal(userDir);
    assert.deepEqual(next.lost("node", new Set([stored])), { held: 1, followed: 2 });
    assert.deepEqual(next.lost("node", new Set([stored])), { held: 0, followed: 0 });
    const third = new Journal(userDir);
    assert.deepEqual(third.lost("node", new Set([stored])), { held: 0, followed: 0 });
    assert.deepEqual(third.lost("other.node", new Set()), { held: 1, followed: 0 });
  });

  it("keeps that where it begins anew above a megabyte", () => {
    const journal = new Journal(userDir);
    assert.ok(journal.name);
    journal.waits("node", [waiting(newId()), { id: newId(), hasLeft: true }]);
    for (let count = 0; count < 28_000; count++) journal.over(newId());
    assert.ok(journal.name);
    assert.deepEqual(new Journal(userDir).lost("node", new Set()), { held: 1, followed: 1 });
  });

  it("trusts nothing that names another journal, or none", () => {
    const { name } = new Journal(userDir);
    rmSync(userDir, { recursive: true });
    const journal = new Journal(userDir);
    assert.equal(journal.name, undefined, "there is nothing to write in");
    assert.equal(journal.hasLeft(newId(), name), true);
    assert.equal(journal.hasLeft(newId(), undefined), true);
  });

  it("says once that it can neither be written nor deleted, and trusts nothing more", () => {
    const stuck: string[] = [];
    const journal = new Journal(userDir, (file) => stuck.push(file));
    const { name } = journal;
    const file = path.join(userDir, "tts-downlinks.journal");
    // As on a file system that is read-only: root, too, can neither write nor delete a directory with something in it like a file.
    rmSync(file);
    mkdirSync(path.join(file, "x"), { recursive: true });
    journal.leaving(newId());
    journal.leaving(newId());
    assert.deepEqual(stuck, [file]);
    assert.equal(journal.hasLeft(newId(), name), true);
  });

  it("is bounded in memory: of what is over it knows the last thirty thousand, and not that they have left", () => {
    const journal = new Journal(userDir);
    const ids = Array.from({ length: 30_001 }, newId);
    for (const id of ids) {
      journal.leaving(id);
      journal.over(id);
    }
    const { name } = journal;
    assert.deepEqual(
      [0, 1, 30_000].map((index) => journal.isOver(ids[index] ?? "")),
      [false, true, true],
    );
    assert.ok(!ids.some((id) => journal.hasLeft(id, name)));
  });

  it("begins anew above a megabyte, and trusts nothing from before", () => {
    const journal = new Journal(userDir);
    const { name } = journal;
    for (let count = 0; count < 28_000; count++) journal.over(newId());
    assert.notEqual(journal.name, name);
    assert.equal(journal.hasLeft(newId(), name), true);
  });
});

describe("a message that is written down", () => {
  it("comes back with its bytes", () => {
    const message = { deviceId: "lamp", payload: Buffer.from([1, 255]), deep: [{ on: true, none: null }] };
    assert.deepEqual(fromPortable(asPortable(message) ?? ""), message);
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const lost: Readonly<Record<string, object>> = {
    "is too large": { payload: "x".repeat(16_385) },
    "has too many bytes": { payload: Buffer.alloc(20_000_000) },
    "goes in circles": circular,
    "has an object of a class": { req: new URL("http://localhost") },
    "has a function": { done: () => undefined },
  };
  for (const [why, message] of Object.entries(lost))
    it(`is left out where it ${why}`, () => assert.equal(asPortable(message), undefined));

  it("cannot reach a prototype", () => {
    const message = fromPortable('{"__proto__": {"polluted": true}, "a": 1}');
    assert.deepEqual([Reflect.get(message, "polluted"), Reflect.get(message, "a")], [undefined, 1]);
  });
});

describe("a downlink that stands in the store as held and may have been sent", () => {
  it("is taken for published, without an answer", () => {
    const item = { correlationIds: [], steps: [], attempts: 0, concluded: 0, over: false, settled: false };
    const { published, items } = inDoubt({ arrivedAt: 1, items: [item] }, 5);
    assert.deepEqual(published, { at: 5, acknowledged: false, accepted: false });
    assert.deepEqual(items[0]?.steps, [{ state: "published", at: 5 }]);
  });
});

describe("what stands in a store of the downlinks of a node", () => {
  const record = (id: string, arrivedAt: number, cameAt?: number): object => ({
    ...{ version: 1, id, target: "", savedAt: 1 },
    job: {
      ...{ report: "queued", timeout: 10, offline: "hold" },
      order: { deviceId: "valve", operation: "push", encoding: "bytes", items: [{}] },
    },
    progress: {
      arrivedAt,
      ...(cameAt === undefined ? {} : { cameAt }),
      items: [{ correlationIds: [], steps: [], attempts: 0, concluded: 0, over: false, settled: false }],
    },
  });

  it("is in the order in which it came, also where the clock was set back between, or an earlier version wrote it", () => {
    const records = [record("1", 900.5), record("2", 900.2), record("3", 990, 950), record("4", 800, 700)];
    assert.deepEqual(
      recordsIn(records).map(({ id, progress }) => [id, progress.arrivedAt, progress.cameAt]),
      [
        ["1", 900.5, 900.5],
        ["2", 900.2, 900.5],
        ["3", 990, 950],
        ["4", 800, 950],
      ],
    );
  });
});
