/**
 * The word that was probably meant. Usable in the browser. The edit distance is our own: the usual libraries count two swapped letters
 * as two edits, which is too far in a name as short as `valve`.
 */

/** A longer word is no misspelt name. */
const LONGEST_WORD = 80;

/** What is one part of the other is near only from here on: `id` is in half of all names. */
const SHORTEST_PART = 3;

interface Found {
  readonly candidate: string;
  readonly distance: number;
}

/**
 * The candidates next to a word, the nearest first, `most` at most; none where none is near. Upper and lower case, hyphens,
 * underscores and spaces do not count. Ten thousand candidates take some ten milliseconds.
 */
export function nearestOf(word: string, candidates: Iterable<string>, most = 1): readonly string[] {
  const plain = plainWord(word);
  if (word.length > LONGEST_WORD || plain === "") return [];
  const limit = plain.length < 3 ? 1 : Math.min(4, Math.max(1, Math.floor(plain.length / 3)));
  const found: Found[] = [];
  for (const candidate of candidates) {
    if (candidate.length > LONGEST_WORD) continue;
    const distance = distanceOf(plain, plainWord(candidate), limit);
    if (distance !== undefined) found.push({ candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return found.slice(0, most).map(({ candidate }) => candidate);
}

const plainWord = (word: string): string => word.toLowerCase().replace(/[\s_-]+/g, "");

/** Less is nearer; what only begins or ends alike comes after what is misspelt. */
function distanceOf(word: string, other: string, limit: number): number | undefined {
  const edits = editDistance(word, other, limit);
  if (edits !== undefined) return edits;
  const [short, long] = word.length < other.length ? [word, other] : [other, word];
  const isPart = short.length >= SHORTEST_PART && (long.startsWith(short) || long.endsWith(short));
  return isPart ? limit + long.length - short.length : undefined;
}

/**
 * How many letters have to be put in, left out, replaced or swapped with their neighbour; `undefined` above `limit`.
 * Rule: optimal string alignment, a row at a time, and of each row only what can stay within the limit.
 */
function editDistance(word: string, other: string, limit: number): number | undefined {
  if (word === other) return 0;
  if (Math.abs(word.length - other.length) > limit) return undefined;
  const [a, b] = unlikeParts(word, other);
  const far = limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => Math.min(column, far));
  for (let row = 1; row <= a.length; row++) {
    const line = new Array<number>(b.length + 1).fill(far);
    line[0] = Math.min(row, far);
    let least = line[0];
    for (
      let column = Math.max(1, row - limit), end = Math.min(b.length, row + limit);
      column <= end;
      column++
    ) {
      const same = a[row - 1] === b[column - 1];
      let cost = (last[column - 1] ?? far) + (same ? 0 : 1);
      cost = Math.min(cost, (last[column] ?? far) + 1, (line[column - 1] ?? far) + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? far) + 1);
      }
      line[column] = cost;
      least = Math.min(least, cost);
    }
    if (least > limit) return undefined;
    beforeLast = last;
    last = line;
  }
  const distance = last[b.length] ?? far;
  return distance <= limit ? distance : undefined;
}

/** Two words without what they begin and end with alike, which costs nothing: IDs of one application mostly differ in a few letters. */
function unlikeParts(a: string, b: string): [string, string] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}
