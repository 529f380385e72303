import { randomBytes } from "node:crypto";
import type { StackError } from "../src/stack/messages";
import { stackError } from "./stackErrors";

/** What an API key may do, as far as the simulator cares; any other right counts for logging in only. */
export const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
export const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";
export const SIMULATE = "RIGHT_APPLICATION_TRAFFIC_UP_WRITE";
export const INFO = "RIGHT_APPLICATION_INFO";
export const DEVICES_READ = "RIGHT_APPLICATION_DEVICES_READ";
const LINK = "RIGHT_APPLICATION_LINK";

export interface SimulatedKey {
  /** The whole key. Default: a generated one of the real form. */
  readonly key?: string;
  readonly name?: string;
  /** Default: read and write, as the Console gives a new MQTT key. */
  readonly rights?: readonly string[];
  readonly expiresAt?: Date;
  /** Default: the simulated application. Another one makes it a key of another application. */
  readonly applicationId?: string;
  /** Makes it a user's key, with its rights on the simulated application. */
  readonly userId?: string;
}

export interface ApiKey {
  readonly id: string;
  readonly key: string;
  readonly name: string | undefined;
  readonly rights: readonly string[];
  readonly owner: { readonly userId: string } | { readonly applicationId: string };
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
}

export type Authentication =
  { readonly ok: true; readonly key: ApiKey } | { readonly ok: false; readonly error: StackError };

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(length: number): string {
  return Array.from(randomBytes(length), (byte) => BASE32.charAt(byte % 32)).join("");
}

/** `NNSXS.<39>.<52>`: kind, ID, secret; 98 characters. */
function generateKey(): string {
  return `NNSXS.${base32(39)}.${base32(52)}`;
}

const IDENTITY_SERVER = "pkg/identityserver";

const REFUSALS = {
  malformed: () => stackError({ namespace: "pkg/auth", name: "token", format: "invalid token", code: 3 }),
  unknown: (id: string) =>
    stackError({
      namespace: IDENTITY_SERVER,
      name: "api_key_not_found",
      format: "API key not found",
      code: 16,
      cause: stackError({
        namespace: "pkg/identityserver/store",
        name: "api_key_not_found",
        format: "api key with id `{api_key_id}` not found",
        code: 5,
        attributes: { api_key_id: id },
      }),
    }),
  wrongSecret: () =>
    stackError({
      namespace: IDENTITY_SERVER,
      name: "invalid_authorization",
      format: "invalid authorization",
      code: 16,
    }),
  expired: () =>
    stackError({ namespace: IDENTITY_SERVER, name: "api_key_expired", format: "api key expired", code: 16 }),
};

const EVERYTHING = [LINK, INFO, READ, WRITE, SIMULATE, DEVICES_READ];

/** The server lists what these rights stand for; LINK is the old all-in-one right. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  [LINK]: [INFO, READ, WRITE],
  RIGHT_APPLICATION_ALL: EVERYTHING,
  RIGHT_ALL: EVERYTHING,
};

function withImplied(rights: readonly string[]): readonly string[] {
  return [...new Set(rights.flatMap((right) => [right, ...(IMPLIED[right] ?? [])]))];
}

/** The identity server's API keys. */
export class KeyRing {
  readonly #applicationId: string;
  readonly #keys = new Map<string, ApiKey>();

  constructor(applicationId: string) {
    this.#applicationId = applicationId;
  }

  /** Adds a key, or replaces the one with the same ID; returns the whole key. */
  add(given: SimulatedKey = {}): ApiKey {
    const key = given.key ?? generateKey();
    const id = key.split(".")[1];
    if (id === undefined) throw new TypeError("an API key has the form NNSXS.<ID>.<secret>");
    const added: ApiKey = {
      id,
      key,
      name: given.name,
      rights: withImplied(given.rights ?? [READ, WRITE]),
      owner:
        given.userId === undefined
          ? { applicationId: given.applicationId ?? this.#applicationId }
          : { userId: given.userId },
      createdAt: new Date(),
      expiresAt: given.expiresAt,
    };
    this.#keys.set(id, added);
    return added;
  }

  /** From now on the key is unknown; sessions that are open stay open. */
  remove(key: string): void {
    this.#keys.delete(this.#known(key).id);
  }

  expire(key: string): void {
    const known = this.#known(key);
    this.#keys.set(known.id, { ...known, expiresAt: new Date(Date.now() - 1) });
  }

  setRights(key: string, rights: readonly string[]): void {
    const known = this.#known(key);
    this.#keys.set(known.id, { ...known, rights: withImplied(rights) });
  }

  authenticate(token: string): Authentication {
    const [kind, id, secret, more] = token.split(".");
    if (kind !== "NNSXS" || id === undefined || secret === undefined || more !== undefined) {
      return { ok: false, error: REFUSALS.malformed() };
    }
    const key = this.#keys.get(id);
    if (key === undefined) return { ok: false, error: REFUSALS.unknown(id) };
    if (key.key !== token) return { ok: false, error: REFUSALS.wrongSecret() };
    if (key.expiresAt !== undefined && key.expiresAt.getTime() <= Date.now()) {
      return { ok: false, error: REFUSALS.expired() };
    }
    return { ok: true, key };
  }

  /** What the key may do on the simulated application; none: it is another application's. */
  rightsHere(key: ApiKey): readonly string[] {
    return "userId" in key.owner || key.owner.applicationId === this.#applicationId ? key.rights : [];
  }

  #known(key: string): ApiKey {
    const known = this.#keys.get(key.split(".")[1] ?? "");
    if (known === undefined) throw new RangeError("there is no such API key");
    return known;
  }
}
