// Runs the flow library's own checker and fails on anything it does not like.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(path.join(tmpdir(), "node-red-dev-"));
const card = path.join(scratch, "card.json");
try {
  execFileSync(path.join(ROOT, "node_modules/.bin/node-red-dev"), ["validate", "-p", ROOT, "-o", card], {
    stdio: "inherit",
    env: { ...process.env, NODE_OPTIONS: `--require ${path.join(ROOT, "scripts/offline-catalogue.cjs")}` },
  });
  const results = Object.entries(JSON.parse(readFileSync(card, "utf8"))).filter(
    ([name]) => name !== "package",
  );
  const failed = results.filter(([, { test }]) => test === false).map(([name]) => name);
  if (results.length < 10 || failed.length > 0) {
    console.error(`node-red-dev: ${failed.join(", ") || "too few checks ran"}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
