import { keyFacts, type KeyFacts } from "../../src/diagnosis/keyFacts";
import { explainMissingRead, explainMissingWrite } from "../../src/diagnosis/receiving";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { Text } from "../../src/stack/explanation";
import type { KeyRecord } from "./keyRecord";

export type Right = "read" | "write";

const MISSING = { read: explainMissingRead, write: explainMissingWrite } as const;

/** A user who has just granted the right must not wait long, nor each downlink be a question. */
const AGAIN_AFTER_MS = 5_000;

/** Which of the rights that the nodes need the key of a session lacks, as the stack's API says after the login. */
export class Rights {
  readonly #key: KeyRecord;
  readonly #applicationId: string;
  readonly #onChange: () => void;
  readonly #warn: (text: Text) => void;
  readonly #lacking = new Set<Right>();
  #needed: ReadonlySet<Right> = new Set(["read"]);
  /** The login, by its time, after which it was asked. */
  #askedAfter: number | undefined;
  /** What is asked, or was last. */
  #asked: Promise<void> | undefined;
  /** ms of a clock that nobody sets: when that was. */
  #askedAt = -Infinity;

  constructor(key: KeyRecord, applicationId: string, onChange: () => void, warn: (text: Text) => void) {
    this.#key = key;
    this.#applicationId = applicationId;
    this.#onChange = onChange;
    this.#warn = warn;
  }

  lacks(right: Right): boolean {
    return this.#lacking.has(right);
  }

  /** A key that may only read is a good one until somebody wants to send with it. */
  need(...rights: readonly Right[]): void {
    this.#needed = new Set([...this.#needed, ...rights]);
    if (this.#key.facts) this.#learn(this.#key.facts);
  }

  /** Once per key and run; while a right is missing again after each login, because rights count from a login on. */
  ask(login: number, api: StackApi | undefined): void {
    if (!api || this.#askedAfter === login) return;
    this.#askedAfter = login;
    const key = this.#key;
    if (this.#lacking.size > 0 || key.facts?.mayRead === false) delete key.asked;
    if (!key.asked) this.#askedAt = performance.now();
    key.asked ??= keyFacts(api, this.#applicationId);
    this.#asked = key.asked.then((facts) => {
      key.facts = facts;
      this.#learn(facts);
    });
  }

  /** Whether the right is still missing: asks once more, unless it did so a few seconds ago. */
  async stillLacks(right: Right, api: StackApi | undefined): Promise<boolean> {
    const now = performance.now();
    if (api && now - this.#askedAt >= AGAIN_AFTER_MS) {
      this.#askedAt = now;
      this.#asked = keyFacts(api, this.#applicationId).then((facts) => {
        // What else has changed counts from the next login on, as at this one.
        if (right === "read" ? facts.mayRead !== true : facts.mayWrite !== true) return;
        this.#key.asked = Promise.resolve(facts);
        this.#key.facts = facts;
        this.#learn(facts);
      });
    }
    await this.#asked;
    return this.lacks(right);
  }

  #learn(facts: KeyFacts): void {
    const may = { read: facts.mayRead, write: facts.mayWrite };
    let changed = false;
    for (const right of this.#needed) {
      const lacks = may[right] === undefined ? this.#lacking.has(right) : !may[right];
      if (lacks === this.#lacking.has(right)) continue;
      changed = true;
      if (lacks) this.#lacking.add(right);
      else this.#lacking.delete(right);
      if (lacks) this.#warn(MISSING[right](facts, this.#applicationId));
    }
    if (changed) this.#onChange();
  }
}
