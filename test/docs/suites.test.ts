import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

const specsIn = (file: string): readonly string[] =>
  existsSync(file)
    ? ((JSON.parse(readFileSync(file, "utf8")) as { readonly spec?: readonly string[] }).spec ?? [])
    : [];

describe("each folder of tests", () => {
  it("is run by one of the suites", () => {
    const folders = readdirSync(path.join(ROOT, "test"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const files = [".mocharc.json", ...folders.map((folder) => path.join("test", folder, ".mocharc.json"))];
    const words = new Set(files.flatMap((file) => specsIn(path.join(ROOT, file)).join().split(/\W+/)));
    const hasTests = (folder: string): boolean =>
      readdirSync(path.join(ROOT, "test", folder)).some((file) => file.endsWith(".test.ts"));
    assert.deepEqual(
      folders.filter((folder) => hasTests(folder) && !words.has(folder)),
      [],
    );
  });
});
