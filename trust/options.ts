/** What the three commands take: `--seed 7`, `--short`, `--only "name"`, `--count 50`. */
export interface Options {
  readonly seed: number;
  /** For CI: seconds. */
  readonly short: boolean;
  /** A part of the name of what is to be done. */
  readonly only: string | undefined;
  /** So many of them instead of the usual number (faults). */
  readonly count: number | undefined;
}

export function readOptions(args: readonly string[] = process.argv.slice(2)): Options {
  const valueOf = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at === -1 ? undefined : args[at + 1];
  };
  const numberOf = (name: string): number | undefined => {
    const given = valueOf(name) === undefined ? undefined : Number(valueOf(name));
    if (given !== undefined && !Number.isSafeInteger(given)) throw new Error(`${name} wants a whole number`);
    return given;
  };
  return {
    seed: numberOf("--seed") ?? Math.floor(Math.random() * 1_000_000),
    short: args.includes("--short"),
    only: valueOf("--only"),
    count: numberOf("--count"),
  };
}

/** Ends the command where `only` names nothing: that would be a run that holds because nothing ran. */
export function refuseUnknown(only: string | undefined, names: readonly string[]): void {
  if (only === undefined || names.some((name) => name.includes(only))) return;
  console.error(`Nothing is called "${only}". There are:\n${names.join("\n")}`);
  process.exit(2);
}
