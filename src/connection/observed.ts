import type { Link, PublishOutcome } from "./link";

/** What follows the packets of a session, for a log. Absent where it is not logged: then nothing is measured. */
export interface WireObserver {
  /** @param code of the SUBACK; undefined: the connection ended before */
  onSubscribed(filter: string, code: number | undefined, ms: number): void;
  onPublished(topic: string, outcome: PublishOutcome, ms: number): void;
  /** Of each message that arrives; absent where that is not logged. */
  readonly onArrived?: (topic: string, bytes: number) => void;
}

/** The same link, with its answers timed. */
export function observed(link: Link, observer: WireObserver): Link {
  const since = (start: number): number => Math.round(performance.now() - start);
  return {
    ...link,
    async subscribe(filter, qos) {
      const start = performance.now();
      const code = await link.subscribe(filter, qos);
      observer.onSubscribed(filter, code, since(start));
      return code;
    },
    async publish(topic, payload, qos) {
      const start = performance.now();
      const outcome = await link.publish(topic, payload, qos);
      observer.onPublished(topic, outcome, since(start));
      return outcome;
    },
  };
}
