// Takes the pictures of the README anew, from the browser tests on Node-RED 5: `npm run pictures`.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const DOCS = path.join(ROOT, "docs");

/** Picture in docs/ to the test's name of it. */
const PICTURES = {
  demo: "demo",
  "demo-send": "demo-send-dark",
  "tts-connection": "tts-connection-stack",
  "tts-uplink": "tts-uplink-last-message",
  "tts-downlink": "tts-downlink-fixed",
};

const folder = mkdtempSync(path.join(tmpdir(), "pictures-"));
try {
  execFileSync("npm", ["run", "test:browser:5"], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, SCREENSHOTS: folder },
  });
  for (const file of readdirSync(DOCS)) if (file.endsWith(".png")) rmSync(path.join(DOCS, file));
  for (const [name, taken] of Object.entries(PICTURES))
    cpSync(path.join(folder, `${taken}.png`), path.join(DOCS, `${name}.png`));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
