/** What Go's `html.EscapeString` writes, and the names that others write for the same. */
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const REFERENCE = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g;

/**
 * A text as it was before it was escaped for HTML, which The Things Stack does with its errors from 3.36 on. Once only: `&amp;lt;`
 * was `&lt;`. The result is text, and nowhere HTML. Usable in the browser.
 */
export function plainText(escaped: string): string {
  return escaped.replace(REFERENCE, (reference, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? reference;
    const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : reference;
  });
}
