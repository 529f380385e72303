/** What is to be told of a device, worked out from what was sent and what came: by positions, not by counters. */
import { RULES } from "../world";
import type { Frame } from "./fleet";

const WINDOW = 25;
const FEWEST = 10;

interface Sent {
  readonly position: number;
  hasCome: boolean;
  /** Nobody can say whether it was lost: we could not hear it. */
  isOurs: boolean;
}

/** Of one device. */
export class Truth {
  /** Times at which it began to lose more than the limit, and to count anew. */
  readonly lossy: number[] = [];
  readonly resets: number[] = [];
  #session = "";
  #position = 0;
  /** The last ones, without a gap. */
  #sent: Sent[] = [];
  #last: { readonly position: number; readonly fCnt: number } | undefined;
  #isLossy = false;
  #isInterrupted = false;
  #isFilling = false;

  /** It sends. Returns the position of that. */
  send({ session }: Frame): number {
    if (session !== this.#session) {
      this.#session = session;
      this.#sent = [];
      this.#last = undefined;
    }
    const position = this.#position++;
    this.#sent.push({ position, hasCome: false, isOurs: false });
    if (this.#sent.length > 400) this.#sent = this.#sent.slice(-200);
    return position;
  }

  /** We could not hear it for a while. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#isFilling = false;
  }

  /** It has come; `stored`: after an interruption, in order, before any that came as it was sent. */
  come(position: number, { fCnt, session }: Frame, at: number, way: "live" | "stored"): void {
    const sent = this.#sent[position - (this.#sent[0]?.position ?? 0)];
    if (!sent || session !== this.#session) return;
    sent.hasCome = true;
    sent.isOurs = false;
    const last = this.#last;
    const isLatest = !last || position > last.position;
    if (isLatest) this.#last = { position, fCnt };
    if (isLatest && this.#isOurGap(way) && last)
      for (const one of this.#sent)
        if (one.position > last.position && one.position < position) one.isOurs = true;
    const isReset = last && isLatest && fCnt < last.fCnt && !isWrap(last.fCnt, fCnt);
    if (isReset) this.resets.push(at);
    // What was sent before it began, nobody knows.
    if (isReset || !last) this.#sent = this.#sent.filter((one) => one.position >= position);
    this.#judge(at);
  }

  #isOurGap(way: "live" | "stored"): boolean {
    const isOurs = this.#isInterrupted && !(way === "stored" && this.#isFilling);
    this.#isFilling = way === "stored";
    if (way === "live") this.#isInterrupted = false;
    return isOurs;
  }

  #judge(at: number): void {
    const last = this.#last?.position ?? 0;
    const end = last + 1 - (this.#sent[0]?.position ?? 0);
    const seen = this.#sent.slice(Math.max(0, end - WINDOW), end).filter(({ isOurs }) => !isOurs);
    if (seen.length < FEWEST) return;
    const rate = seen.filter(({ hasCome }) => !hasCome).length / seen.length;
    if (!this.#isLossy && rate > RULES.lostAbove) {
      this.#isLossy = true;
      this.lossy.push(at);
    } else if (this.#isLossy && rate <= RULES.lostAbove / 2) this.#isLossy = false;
  }
}

const isWrap = (from: number, to: number): boolean => from < 65_536 && from - to > 64_536;
