/** What copies a message, or makes JSON of it, overflows the stack from some 1500 levels on. */
export const DEEPEST = 1_000;

/**
 * Whether a JSON text has objects and arrays in each other to more than `levels`. JSON.parse takes any depth, but what copies a
 * message afterwards (structuredClone, Node-RED's own clone) does not.
 */
export function isNestedDeeper(json: string, levels: number): boolean {
  // Each level takes two characters, and an opening one; most messages are answered for by these.
  if (json.length < 2 * levels || opening(json, levels) <= levels) return false;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (inText) {
      if (character === "\\") index++;
      else if (character === '"') inText = false;
    } else if (character === '"') {
      inText = true;
    } else if (character === "{" || character === "[") {
      depth++;
      if (depth > levels) return true;
    } else if (character === "}" || character === "]") {
      depth--;
    }
  }
  return false;
}

/** How many `{` and `[` there are, counted until there are more than `enough`. */
function opening(json: string, enough: number): number {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let at = json.indexOf(bracket); at !== -1 && count <= enough; at = json.indexOf(bracket, at + 1)) {
      count++;
    }
  }
  return count;
}
