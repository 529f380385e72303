// Installs a folder of packages for tests by its lock file, when that is not done yet.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";

const QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/**
 * @param folder with package.json and package-lock.json
 * @param more packages that are tried as well; without them what needs them is skipped
 */
export function install(folder, more = []) {
  const lock = path.join(folder, "package-lock.json");
  const installed = path.join(folder, "node_modules/.installed.json");
  if (existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(lock, "utf8")) return;
  execFileSync("npm", ["ci", "--prefix", folder, ...QUIET], { stdio: "inherit" });
  for (const name of more)
    try {
      execFileSync("npm", ["install", "--no-save", "--prefix", folder, ...QUIET, name], { stdio: "pipe" });
    } catch {
      console.log(`The registry did not give ${name}`);
    }
  cpSync(lock, installed);
}
