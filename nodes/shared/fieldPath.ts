/** The parts of a Node-RED property expression; throws for a text that is none. */
export type NormalisePath = (expression: string) => readonly (string | number | object)[];

/** The way to a value in the decoded payload; `undefined` for a text that is none. Form and run time ask the same. */
export function fieldPathOf(field: string, pathOf: NormalisePath): readonly (string | number)[] | undefined {
  try {
    const path = pathOf(field);
    // `a[msg.b]` is an expression too, and comes as a list in the list; there is no message to look into.
    const steps = path.filter((step) => typeof step !== "object");
    return steps.length < path.length ? undefined : steps;
  } catch {
    return undefined;
  }
}
