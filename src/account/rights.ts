import { warnOfBug } from "../connection/unexpected";
import { keyFacts, type KeyFacts } from "../diagnosis/keyFacts";
import { warnOfMissing } from "../diagnosis/missingRight";
import type { StackApi } from "../diagnosis/stackApi";
import type { Text } from "../stack/explanation";
import type { KeyRecord } from "./keyRecord";

export type Right = "read" | "write";

/** Where to ask, and the API there. */
export interface KeyOffice {
  readonly url: string;
  readonly api: StackApi;
}

/** ms: an API that says nothing is asked again after half a minute, then less and less often. */
const FIRST_PAUSE = 30_000;
const LONGEST_PAUSE = 3_600_000;
const pauseAfter = (attempts: number): number => Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1));

/** Rights that are taken from a key count from its next login on. Soon after the question it is not asked anew for another login. */
const KNOWN_FOR_MS = 60_000;

/** A user who has just granted the right must not wait long, nor each downlink be a question. */
const AGAIN_AFTER_MS = 5_000;

const isTelling = ({ mayRead, mayWrite }: KeyFacts): boolean => (mayRead ?? mayWrite) !== undefined;

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
  /** How often in a row the API has said nothing. */
  #silences = 0;
  #again: NodeJS.Timeout | undefined;
  readonly #pause: (attempts: number) => number;
  readonly #knownFor: number;
  /** What is asked, or was last. */
  #asked: Promise<void> | undefined;
  /** When that was, in ms of `performance.now()`. */
  #askedAt = -Infinity;

  /**
   * @param pause ms until an API that has said nothing so many times in a row is asked again
   * @param knownFor ms for which what it has said counts for another login as well
   */
  constructor(
    key: KeyRecord,
    applicationId: string,
    onChange: () => void,
    warn: (text: Text) => void,
    pause = pauseAfter,
    knownFor = KNOWN_FOR_MS,
  ) {
    this.#key = key;
    this.#pause = pause;
    this.#knownFor = knownFor;
    this.#applicationId = applicationId;
    this.#onChange = onChange;
    this.#warn = warn;
  }

  lacks(right: Right): boolean {
    return this.#lacking.has(right);
  }

  /** A key that may only read is a good one until a node wants to send with it. */
  need(...rights: readonly Right[]): void {
    this.#needed = new Set([...this.#needed, ...rights]);
    if (this.#key.facts) this.#learn(this.#key.facts);
  }

  /**
   * After a login, because rights count from then on; not again for a minute while none is missing, and after some time while nothing
   * is known.
   */
  ask(login: number, office: KeyOffice | undefined): void {
    if (!office || this.#askedAfter === login) return;
    this.#askedAfter = login;
    clearTimeout(this.#again);
    const key = this.#key;
    if (this.#lacking.size > 0 || key.facts?.mayRead === false) delete key.asked;
    const now = performance.now();
    if (key.asked?.url !== office.url || now - key.asked.at >= this.#knownFor) {
      this.#askedAt = now;
      key.asked = { url: office.url, at: now, answer: keyFacts(office.api, this.#applicationId) };
    }
    const { asked } = key;
    this.#asked = asked.answer
      .then((facts) => {
        if (key.asked !== asked) return;
        if (isTelling(facts)) {
          this.#silences = 0;
          key.facts = facts;
          this.#learn(facts);
          return;
        }
        delete key.asked;
        if (this.#askedAfter === login) this.#askAgain(login, office);
      })
      .catch(warnOfBug);
  }

  /** Another place may know more: it is asked at once. */
  askElsewhere(office: KeyOffice | undefined): void {
    const login = this.#askedAfter;
    if (login === undefined) return;
    this.#askedAfter = undefined;
    this.#silences = 0;
    this.ask(login, office);
  }

  /** Nobody is to be asked any more: what was said before may be wrong by now, and could never be corrected. */
  forget(): void {
    clearTimeout(this.#again);
    delete this.#key.asked;
    delete this.#key.facts;
    if (this.#lacking.size === 0) return;
    this.#lacking.clear();
    this.#onChange();
  }

  end(): void {
    clearTimeout(this.#again);
    this.#askedAfter = undefined;
  }

  #askAgain(login: number, office: KeyOffice): void {
    this.#silences += 1;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#askedAfter = undefined;
      this.ask(login, office);
    }, this.#pause(this.#silences)).unref();
  }

  /** Whether the right is still missing: asks once more, unless it did so a few seconds ago. */
  async stillLacks(right: Right, office: KeyOffice | undefined): Promise<boolean> {
    const now = performance.now();
    if (office && now - this.#askedAt >= AGAIN_AFTER_MS) {
      this.#askedAt = now;
      this.#asked = keyFacts(office.api, this.#applicationId)
        .then((facts) => {
          // What else has changed counts from the next login on, as at this one.
          if (right === "read" ? facts.mayRead !== true : facts.mayWrite !== true) return;
          this.#key.asked = { url: office.url, at: now, answer: Promise.resolve(facts) };
          this.#key.facts = facts;
          this.#learn(facts);
        })
        .catch(warnOfBug);
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
      if (lacks) this.#warn(warnOfMissing(right, facts, this.#applicationId));
    }
    if (changed) this.#onChange();
  }
}
