import assert from "node:assert/strict";
import { Latest } from "../../src/account/latest";
import { collectGarbage } from "../connection/garbage";

describe("what is kept of the latest", () => {
  const namesOf = (count: number): string[] => Array.from({ length: count }, (_, number) => String(number));

  it("are so many, in the order in which they were wanted last", async () => {
    const latest = new Latest<object>(3);
    for (const name of ["a", "b", "c", "a", "d"]) latest.of(name, () => ({ name }));
    await new Promise((resolve) => setTimeout(resolve, 1));
    collectGarbage();
    const made: string[] = [];
    for (const name of ["c", "a", "d", "b"]) latest.of(name, () => (made.push(name), { name }));
    assert.deepEqual(made, ["b"]);
  });

  it("and all that are in use", async () => {
    const latest = new Latest<object>(3);
    const used = namesOf(50).map((name) => latest.of(name, () => ({ name })));
    await new Promise((resolve) => setTimeout(resolve, 1));
    collectGarbage();
    assert.ok(namesOf(50).every((name, number) => latest.of(name, () => ({})) === used[number]));
  });
});
