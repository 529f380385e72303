/**
 * Takes apart what people copy from the Console: one line of its page on MQTT, or all of it with its labels. Usable in the browser.
 */
import { takeApart, usualPort, type AddressParts } from "./address";
import { clusterOfHost } from "./clusters";
import { apiKeyForm, isIdentifier, splitApplication } from "./identifiers";

/** What was found. */
export interface Pasted extends AddressParts {
  /** Secret. */
  apiKey?: string;
}

const KEY = /NNSXS\.[A-Z2-7]{39}\.[A-Z2-7]{52}/;
/** Between them a key may have been wrapped; they are invisible in a field for passwords. */
const SPACE = /[\s\u200b-\u200d\u2060\ufeff]+/g;
/** Quotes, brackets and commas around a value, as in JSON, shells and chats. */
const BEFORE: ReadonlySet<string> = new Set("\"'`“”„‘’«‹<([");
const BEHIND: ReadonlySet<string> = new Set("\"'`“”‘’»›>)],;");
// No two parts of it may take the same character: on a long text it would try all ways to share them out.
const USER_NAME = /\buser\s?name\b["'`]?\s*(?:[:=]\s*)?(\S+)/i;

/** More than this was not copied from the Console, and is not looked at. */
export const LONGEST_PASTE = 20_000;
const LONGEST_KEY = 2_000;
const MOST_WORDS = 1_000;

/** The text without what stands around a value; a regular expression would look at each bracket of a long row many times. */
function bare(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && BEFORE.has(text.charAt(from))) from += 1;
  while (to > from && BEHIND.has(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

const ACCESS_KEY_V2 = /^ttn-account-v2\.[\w-]+$/;

const WHOLE_KEY = new RegExp(`${KEY.source}(?![A-Z0-9])`, "g");
/** As programs write white space. */
const ESCAPED_SPACE = /\\[nrt]/g;

/**
 * An API key (or an access key of V2) as it was made, without the spaces, line breaks, quotes and words that came with it: the line of
 * a `.env` file, JSON, user name and password in one. Anything else is only trimmed.
 */
export function mendKey(text: string): string {
  if (text.length > LONGEST_KEY) return text.trim();
  const [only, another] = text.match(WHOLE_KEY) ?? [];
  return only !== undefined && another === undefined ? only : withoutWrapping(text);
}

/** The same where there is nothing else in the text. */
function withoutWrapping(text: string): string {
  const withoutWord = bare(text.replace(ESCAPED_SPACE, "").replace(SPACE, "")).replace(
    /^(?:authorization:?)?bearer:?/i,
    "",
  );
  const isKey = new RegExp(`^${KEY.source}$`).test(withoutWord) || ACCESS_KEY_V2.test(withoutWord);
  return isKey ? withoutWord : text.trim();
}

/** Nothing but a key, or what is left of one that was not copied whole: a secret, whatever else it looks like. */
export function isKeyLike(text: string): boolean {
  const form = text.length > LONGEST_KEY ? "other" : apiKeyForm(withoutWrapping(text));
  return (
    form === "api_key" || form === "access_key_v2" || form === "cut_off" || /^NNSXS\.\S*$/.test(text.trim())
  );
}

/** A tenant with what stands before it in a user name. */
const TENANT = /^@([a-z0-9-]+)$/;

/** JSON without a space is one word. */
const withoutBraces = (text: string): string =>
  /^\s*[[{]/.test(text) ? text.replace(/["{}[\],]/g, " ") : text;

/**
 * Everything that a pasted text tells of a connection: `app1@ttn`, a URL, `host:port`, a topic, an API key, or the Console's whole
 * block of addresses, user name and password, in any order. Where there are several addresses, the one with TLS. A port that is the
 * usual one for what is known of TLS is left out.
 */
export function readPasted(text: string): Pasted {
  if (text.length > LONGEST_PASTE) return {};
  const spaced = text.replace(/[\u200b-\u200d\u2060\ufeff]/g, "");
  const wholeKey = KEY.exec(spaced)?.[0] ?? KEY.exec(spaced.replace(SPACE, ""))?.[0];
  const rest = withoutBraces(wholeKey === undefined ? spaced : withoutKey(spaced, wholeKey));
  const given = rest
    .split(SPACE)
    .map((word) => bare(word))
    .filter((word) => word !== "")
    // Each may be looked for in the whole text.
    .slice(0, MOST_WORDS);
  const apiKey = wholeKey ?? given.find(isKeyLike);
  const words = given.filter((word) => !isKeyLike(word));
  const [first = ""] = words;
  const tenantId = words.length === 1 ? TENANT.exec(first)?.[1] : undefined;
  if (tenantId !== undefined && isIdentifier(tenantId)) return { tenantId };
  const parts = words.length > 1 || apiKey !== undefined ? readBlock(rest, words) : takeApart(first);
  return { ...withEncryption(parts), ...(apiKey === undefined ? {} : { apiKey }) };
}

/** Also where it was wrapped, and with the colon before it where it is the password in a URL. */
function withoutKey(text: string, apiKey: string): string {
  const wrapped = Array.from(apiKey, (character) => (character === "." ? "\\." : character)).join("\\s*");
  return text.replace(new RegExp(`:${wrapped}(?=@)`), "").replace(new RegExp(wrapped), " ");
}

/** In a text of several words only what cannot be a word of it counts. */
function readBlock(text: string, words: readonly string[]): AddressParts {
  const found = words.map((word) => takeApart(word));
  const addresses = found.filter(
    ({ host = "", port, tls }) =>
      port !== undefined || tls !== undefined || clusterOfHost(host) !== undefined || isPage(host, text),
  );
  const address = addresses.find(isEncrypted) ?? addresses[0] ?? {};
  const labelled = USER_NAME.exec(text)?.[1];
  const named = labelled === undefined ? undefined : splitApplication(bare(labelled));
  const user =
    named && isIdentifier(named.applicationId) && isIdentifier(named.tenantId ?? named.applicationId)
      ? named
      : found.find(({ applicationId, tenantId }) => applicationId !== undefined && tenantId !== undefined);
  const { host, port, tls } = address;
  const { applicationId = address.applicationId, tenantId } = user ?? {};
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(tls === undefined ? {} : { tls }),
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(tenantId === undefined ? {} : { tenantId }),
  };
}

/** The address of a web page, such as the Console's. */
const isPage = (host: string, text: string): boolean => host !== "" && text.includes(`://${host}`);

const isEncrypted = ({ port, tls }: AddressParts): boolean => tls ?? port === usualPort(true);

/** Public clusters speak TLS, whichever of their two addresses was copied; elsewhere the usual ports tell. */
function withEncryption({ port, tls, ...parts }: AddressParts): AddressParts {
  const isUsual = port === usualPort(true) || port === usualPort(false);
  const isPublic = clusterOfHost(parts.host ?? "") !== undefined;
  const encrypted = tls ?? (isUsual ? isPublic || port === usualPort(true) : undefined);
  const isImplied = tls === undefined ? isUsual : port === usualPort(tls);
  return {
    ...parts,
    ...(port === undefined || isImplied ? {} : { port }),
    ...(encrypted === undefined ? {} : { tls: encrypted }),
  };
}
