import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";

type Cell = string | number;

/** A table as Markdown has it; columns of numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(" | ")} |`;
  const isNumeric = (column: number): boolean =>
    rows.length > 0 &&
    rows.every((row) => /^[\d.,–-]*(?:\s?(?:ms|s|MB|µs))?$/.test(String(row[column] ?? "")));
  const rule = head.map((_name, column) => (isNumeric(column) ? "---:" : "---"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** The number at this share of a sorted list. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** 1000000 as 1,000,000. */
export const grouped = (number: number): string => number.toLocaleString("en-US");

/** What a table was measured with. */
export function heading(command: string, seed: number): string {
  const { version } = JSON.parse(
    readFileSync(path.join(__dirname, "../node_modules/node-red/package.json"), "utf8"),
  ) as { version: string };
  return `npm run ${command}: seed ${seed}, Node.js ${process.version}, Node-RED ${version}, ${cpus().length} cores, ${process.arch}, ${process.platform}`;
}

/** Prints what went wrong, and says so with the exit code. */
export function conclude(findings: readonly string[], mostShown = 40): void {
  for (const finding of findings.slice(0, mostShown)) console.log(`- ${finding}`);
  if (findings.length > mostShown) console.log(`- and ${findings.length - mostShown} more`);
  console.log(findings.length === 0 ? "\nEverything held." : `\n${findings.length} findings.`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
