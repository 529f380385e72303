/** What all three commands take: `--seed 7`, `--short`. */
export interface Options {
  readonly seed: number;
  /** For CI: seconds. */
  readonly short: boolean;
  /** A part of the name of what is to be done. */
  readonly only: string | undefined;
}

export function readOptions(args: readonly string[] = process.argv.slice(2)): Options {
  const valueOf = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at === -1 ? undefined : args[at + 1];
  };
  const given = valueOf("--seed") === undefined ? undefined : Number(valueOf("--seed"));
  if (given !== undefined && !Number.isSafeInteger(given)) throw new Error("--seed wants a whole number");
  return {
    seed: given ?? Math.floor(Math.random() * 1_000_000),
    short: args.includes("--short"),
    only: valueOf("--only"),
  };
}
