import type { KeyFacts } from "../../src/diagnosis/keyFacts";

/** What this process knows of a key, beyond the life of a session: redeploys must not ask or warn again. */
export interface KeyRecord {
  /** ms since 1970: accepted until then, as far as we know. */
  acceptedUntil?: number;
  asked?: Promise<KeyFacts>;
  /** What the stack's API said of it. */
  facts?: KeyFacts;
  /** Some message came with it. */
  received: boolean;
  /** The stack took some downlink with it. */
  answered: boolean;
}

const records = new Map<string, KeyRecord>();

/** @param identity of the settings that the key belongs to */
export function keyRecordOf(identity: string): KeyRecord {
  const record = records.get(identity) ?? { received: false, answered: false };
  records.set(identity, record);
  return record;
}
