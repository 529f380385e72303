import { SUBACK_REFUSED, openLink, type Endpoint } from "../connection/link";
import { warnOfBug } from "../connection/unexpected";
import type { Service } from "../services/service";

/** ms for all of it. */
const PATIENCE = 3_000;
/** ms that the shared message may come after the other one. */
const LATER = 1_000;

/** The topic of a filter without the group that shares it; undefined: it is not shared. */
export const sharedTopic = (filter: string): string | undefined => /^\$share\/[^/]+\/(.+)$/.exec(filter)?.[1];

/**
 * Whether a broker shares messages out. Some grant `$share/group/topic` as a topic like any other, on which nothing ever comes; by their
 * answers they cannot be told from others. So a message of our own is published, not retained, below a topic that no node reads; to a
 * group that has this client only, and to a plain subscription.
 * @param topic what is to be shared out
 * @param id of this test, as a part of topics, group and client ID
 * @returns undefined where it cannot be seen: the user may not publish or read there. Within three seconds; never rejects.
 */
export function sharesOut(
  endpoint: Endpoint,
  login: Service["login"],
  topic: string,
  id: string,
): Promise<boolean | undefined> {
  const shared = `${topic}/${id}/shared`;
  const plain = `${topic}/${id}/plain`;
  return new Promise((resolve) => {
    const timers = [setTimeout(() => end(undefined), PATIENCE)];
    const link = openLink(
      endpoint,
      { ...login, clean: true, clientId: id, keepalive: 60 },
      {
        onOpen() {
          ask().catch(warnOfBug);
        },
        onMessage(on) {
          if (on === shared) end(true);
          else if (on === plain) timers.push(setTimeout(end, LATER, false));
        },
        onEnd: () => end(undefined),
      },
      PATIENCE,
    );
    const end = (shares: boolean | undefined): void => {
      timers.forEach(clearTimeout);
      resolve(shares);
      link.end().catch(warnOfBug);
    };
    const ask = async (): Promise<void> => {
      for (const filter of [`$share/${id}/${shared}`, plain]) {
        const code = await link.subscribe(filter, 0);
        if (code !== undefined && code < SUBACK_REFUSED) continue;
        end(undefined);
        return;
      }
      for (const on of [shared, plain]) await link.publish(on, Buffer.from("test"), 0);
    };
  });
}
