// Runs a command with the packages of others that examples use: `node scripts/with-parts.mjs mocha …`. They are installed in test/parts.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { install } from "./install.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const [command, ...parameters] = process.argv.slice(2);

// Not in the lock file: not every registry has it.
install(path.join(ROOT, "test/parts"), ["node-red-contrib-postgresql@~0.16.2"]);
const { status } = spawnSync(command, parameters, { cwd: ROOT, stdio: "inherit" });
process.exitCode = status ?? 1;
