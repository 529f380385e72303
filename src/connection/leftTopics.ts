/** Topics of earlier settings that a kept session still brings. */
const MOST = 100;
/** No topic that settings can have is longer; longer ones are not remembered. */
const LONGEST = 500;
/** The broker may have many messages of one on their way. */
const LEFT_FOR_MS = 60_000;

/** Topics that no node wants any more and a broker still has for us: those that were left, and since when. */
export class LeftTopics {
  readonly #since = new Map<string, number>();

  /**
   * What to do with a message of a topic that is not known: `leave` its topic, which is done once, `ignore` it because that is done,
   * or take it for `unknown`, because leaving has not helped or there are too many.
   * @param now ms since 1970
   */
  meet(topic: string, now: number): "leave" | "ignore" | "unknown" {
    const since = this.#since.get(topic);
    if (since !== undefined) return now - since < LEFT_FOR_MS ? "ignore" : "unknown";
    if (this.#since.size >= MOST || topic.length > LONGEST) return "unknown";
    this.#since.set(topic, now);
    return "leave";
  }
}
