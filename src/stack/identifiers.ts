/**
 * Names of applications, tenants, devices and keys. Usable in the browser.
 * Rule: `identifiers.proto` and `auth.go` of The Things Stack 3.32.
 */

const IDENTIFIER = /^[a-z0-9](?:-?[a-z0-9]){2,}$/;
const LONGEST_IDENTIFIER = 36;

/**
 * Whether a text can be the ID of an application, device or gateway of The Things Stack: 3 to 36 lower-case letters, digits and
 * single hyphens inside. (V2 follows another rule.)
 */
export function isIdentifier(text: string): boolean {
  return text.length <= LONGEST_IDENTIFIER && IDENTIFIER.test(text);
}

/** Whether a text can be the ID of an application or device of V2. Rule: TTN V2, `api.ValidID`. */
export function isV2Identifier(text: string): boolean {
  return /^[0-9a-z](?:[_-]?[0-9a-z]){1,35}$/.test(text);
}

/** Which identifiers devices have: V2 took `_` and two characters. */
export type IdentifierForm = "v3" | "v2";

/** Whether a text can be the ID of a device, by the rule of its network. */
export function isDeviceId(text: string, form: IdentifierForm): boolean {
  return form === "v2" ? isV2Identifier(text) : isIdentifier(text);
}

const PATTERN_PARTS: Readonly<Record<IdentifierForm, { readonly letters: RegExp; readonly double: RegExp }>> =
  {
    v3: { letters: /^[a-z0-9-]*$/, double: /--/ },
    v2: { letters: /^[a-z0-9_-]*$/, double: /[-_]{2}/ },
  };

/** Whether there can be an ID of a device that has these parts in this order, the first at its beginning and the last at its end. */
export function canBeInDeviceId(parts: readonly string[], form: IdentifierForm): boolean {
  const { letters, double } = PATTERN_PARTS[form];
  if (!parts.every((part) => letters.test(part) && !double.test(part))) return false;
  if (/^[-_]/.test(parts[0] ?? "") || /[-_]$/.test(parts.at(-1) ?? "")) return false;
  return parts.reduce((length, part) => length + part.length, 0) <= LONGEST_IDENTIFIER;
}

/** Whether a text can be a tenant ID: an identifier, or empty on a deployment without tenants. */
export function isTenantId(text: string): boolean {
  return text === "" || isIdentifier(text);
}

/** Whether a text is an EUI: 16 hex digits, also in pairs with `:` or `-` between them. */
export function isEui(text: string): boolean {
  return /^[0-9A-F]{16}$|^[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){6}$/i.test(text);
}

export interface ApplicationName {
  applicationId: string;
  /** Absent on a deployment without tenants, never empty. */
  tenantId?: string;
}

/** Takes `app1@ttn` apart at the first `@`; nothing is checked. `app1` and `app1@` have no tenant. */
export function splitApplication(text: string): ApplicationName {
  const at = text.indexOf("@");
  if (at === -1) return { applicationId: text };
  const applicationId = text.slice(0, at);
  const tenantId = text.slice(at + 1);
  return tenantId === "" ? { applicationId } : { applicationId, tenantId };
}

/**
 * The application's unique ID, which is the MQTT user name and the second level of its topics: `app1@ttn`, or `app1` where there is
 * no tenant (none or an empty one given).
 */
export function userName(applicationId: string, tenantId?: string): string {
  return tenantId === undefined || tenantId === "" ? applicationId : `${applicationId}@${tenantId}`;
}

/**
 * What something given as API key looks like: an API key of the stack, an access key of V2, only the ID of a key (which the Console
 * shows in its list), a key with a part missing, an OAuth access token (the MQTT server takes it as well), nothing, or something else.
 */
export type ApiKeyForm =
  "api_key" | "access_key_v2" | "key_id" | "cut_off" | "access_token" | "empty" | "other";

const API_KEY_FORMS: readonly (readonly [ApiKeyForm, RegExp])[] = [
  ["empty", /^$/],
  ["api_key", /^NNSXS\.[A-Z2-7]{39}\.[A-Z2-7]{52}$/],
  ["access_token", /^MFRWG\./],
  ["access_key_v2", /^ttn-account-v2\./],
  ["key_id", /^[A-Z2-7]{39}$/],
  // The end is missing, or shortened with dots as in examples.
  ["cut_off", /^NNSXS(?:\.[A-Z2-7]{0,39}(?:\.[A-Z2-7]{0,51})?)?[.…]*$/],
  // The beginning is missing.
  ["cut_off", /^[NSX]{0,5}\.?[A-Z2-7]{0,39}\.[A-Z2-7]{52}$/],
];

/**
 * Says what a key looks like. White space around it is the caller's to trim. A key of the right form may still be unknown to the
 * server; one of another form may be right on a deployment of its own.
 */
export function apiKeyForm(key: string): ApiKeyForm {
  return API_KEY_FORMS.find(([, pattern]) => pattern.test(key))?.[0] ?? "other";
}
