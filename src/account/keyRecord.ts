import type { KeyFacts } from "../diagnosis/keyFacts";
import { Latest } from "./latest";

/** What this process knows of a key, beyond the life of a session: redeploys must not ask or warn again. */
export interface KeyRecord {
  /** ms since 1970: accepted until then, as far as we know. */
  acceptedUntil?: number;
  /** What the stack's API there says of it, or is going to; not kept where it said nothing of its rights. */
  asked?: {
    readonly url: string;
    /** ms of `performance.now()`. */
    readonly at: number;
    readonly answer: Promise<KeyFacts>;
  };
  /** What the stack's API said of it. */
  facts?: KeyFacts;
  /** Some message came with it. */
  received: boolean;
  /** The stack took some downlink with it. */
  answered: boolean;
}

/** More keys than are ever in use at a time: what is known of those must not go. Some hundred bytes each. */
const MOST_KEYS = 200;

const records = new Latest<KeyRecord>(MOST_KEYS);

/** @param identity of the settings that the key belongs to */
export const keyRecordOf = (identity: string): KeyRecord =>
  records.of(identity, () => ({ received: false, answered: false }));
