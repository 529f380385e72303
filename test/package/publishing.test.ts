import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { PACKAGE } from "../e2e/node-red";

const OWN = "https://github.com/tts-flows/node-red-the-things-stack/blob/main/";
const OWN_PICTURES = "https://raw.githubusercontent.com/tts-flows/node-red-the-things-stack/main/";
const readme = readFileSync(path.join(PACKAGE, "README.md"), "utf8");

/** Addresses of links and pictures, in Markdown and HTML; those within code are none. */
const addresses = Array.from(
  readme.replace(/```.*?```/gs, "").matchAll(/\]\(([^)\s]+)\)|\b(?:src|href)="([^"]+)"/g),
  ([, markdown, html]) => markdown ?? html ?? "",
);

describe("the package, published", () => {
  it("is public: a scoped package is restricted unless it says so", async () => {
    const { stdout, stderr } = await promisify(execFile)(
      "npm",
      ["publish", "--dry-run", "--ignore-scripts", "--loglevel", "notice"],
      {
        cwd: PACKAGE,
      },
    );
    assert.match(stdout + stderr, /with tag latest and public access/);
  });

  it("has only absolute addresses in its README: the flow library resolves others against a branch that there is not", () => {
    assert.ok(addresses.length > 10);
    assert.deepEqual(
      addresses.filter((address) => !address.startsWith("https://")),
      [],
    );
  });

  it("has each error code that flows may see once in the table of its README", () => {
    const page = readFileSync(path.join(PACKAGE, "docs/when-something-is-wrong.md"), "utf8");
    const codes = Array.from(page.matchAll(/^### .*$/gm), ([heading]) =>
      Array.from(heading.matchAll(/`([a-z]+_[a-z]+|unanswered|expired|undelivered)`/g), ([, code]) => code),
    ).flat();
    assert.ok(codes.length >= 15, String(codes));
    const rows = Array.from(readme.matchAll(/^\| (`.*?) \|/gm), ([, code]) => String(code));
    assert.deepEqual(
      codes.filter((code) => rows.filter((row) => row.includes(`\`${String(code)}\``)).length !== 1),
      [],
    );
  });

  it("has addresses of its own files in its README only where there are such files", () => {
    const files = addresses.flatMap((address) =>
      [OWN, OWN_PICTURES].flatMap((base) => (address.startsWith(base) ? [address.slice(base.length)] : [])),
    );
    assert.ok(files.length > 5);
    assert.deepEqual(
      files.filter((file) => !existsSync(path.join(PACKAGE, file))),
      [],
    );
  });
});
