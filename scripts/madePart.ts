/** The part of a page that a command writes, between two comments. */

const END = "<!-- The end of what is made. -->";

/** The page with `made` in place of what stands there. */
export function withMadePart(page: string, command: string, made: string): string {
  const begin = `<!-- Made by \`${command}\`; changes are lost. -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`The page has no part for ${command}`);
  return `${page.slice(0, from)}${begin}\n\n${made}\n\n${page.slice(to)}`;
}
