import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { PACKAGE } from "../e2e/node-red";

const DIST = path.join(PACKAGE, "dist");
const build = (): Promise<unknown> =>
  promisify(execFile)(process.execPath, ["scripts/build.mjs"], { cwd: PACKAGE });
const files = async (): Promise<string[]> => (await readdir(DIST, { recursive: true })).sort();

/** `npm test` beside `npm start`: the one builds, and the other reads its texts when they are first needed. */
describe("a build", () => {
  it("is complete whenever it is looked at, also while others build", async () => {
    await build();
    const all = await files();
    const state = { building: true };
    const builds = Promise.all([build(), build(), build()]).finally(() => (state.building = false));
    let incomplete = 0;
    let looks = 0;
    while (state.building) {
      const seen = await files().catch(() => []);
      looks += 1;
      if (seen.length !== all.length) incomplete += 1;
    }
    await builds;
    assert.deepEqual(await files(), all);
    assert.ok(looks > 50 && incomplete < looks / 10, `${incomplete} of ${looks} looks`);
  });
});
