/** What all three commands take: `--seed 7`, `--short`. */
export interface Options {
  readonly seed: number;
  /** For CI: seconds. */
  readonly short: boolean;
}

export function readOptions(args: readonly string[] = process.argv.slice(2)): Options {
  const at = args.indexOf("--seed");
  const given = at === -1 ? undefined : Number(args[at + 1]);
  if (given !== undefined && !Number.isSafeInteger(given)) throw new Error("--seed wants a whole number");
  return { seed: given ?? Math.floor(Math.random() * 1_000_000), short: args.includes("--short") };
}
