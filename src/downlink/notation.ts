/** How bytes are written in text, as far as a text shows it. Usable in the browser. */

/** Between whole bytes may be white space, `:`, `-`, `;` or `,`: so hex is printed and pasted. */
const BETWEEN_BYTES = /\s*[,;:-]\s*|\s+/;

/** Base64 of mail (76) and of certificates (64) is broken into lines of this length. */
const WRAPPED_BASE64 = /^(?:(?:.{64}\r?\n)+|(?:.{76}\r?\n)+).*$/;

/** What is written between these, without a comma at the end. */
export const hexGroups = (text: string): string[] => {
  const trimmed = text.trim().replace(/\s*[,;]$/, "");
  return trimmed === "" ? [] : trimmed.split(BETWEEN_BYTES);
};

/**
 * Whether a text is hex beyond doubt: bytes with something between them, or 0x in front. Digits in one piece may be base64 as well:
 * `BEEF` is either.
 */
export function isPrintedHex(text: string): boolean {
  const groups = hexGroups(text);
  if (groups.length > 0 && groups.every((group) => /^0x[0-9a-f]+$/i.test(group))) return true;
  return (
    groups.length > 1 &&
    groups.every((group) => /^(?:0x)?(?:[0-9a-f]{2})+$/i.test(group)) &&
    !WRAPPED_BASE64.test(text.trim())
  );
}

/** Whether a text has hex digits only, two for each byte. */
export function isPlainHex(text: string): boolean {
  return /^(?:[0-9a-f]{2})+$/i.test(text);
}

export const withoutSpace = (text: string): string => text.replace(/\s+/g, "");

/** Whether a text is base64: the standard alphabet with padding; white space is allowed. */
export function isBase64(text: string): boolean {
  const digits = withoutSpace(text);
  return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
}

/** Whether something in a text is seen in base64 and hardly in words. */
export function looksLikeBase64(text: string): boolean {
  return /[+/=]/.test(text);
}
