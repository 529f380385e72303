import type { Followed, Scene } from "./scene";

/** Codes of ends after which a downlink may have been executed, and may not. */
const IN_DOUBT: ReadonlySet<string> = new Set(["unanswered"]);
const NOT_ACKNOWLEDGED = "did not acknowledge the downlink";
const GOOD: ReadonlySet<string> = new Set(["queued", "sent"]);

/** Each has exactly one end, which agrees with the server, and none was executed twice. Returns how many ended how. */
export async function checkDownlinks(scene: Scene): Promise<string> {
  const { target, downlinks, findings } = scene;
  const queued = await target.queued();
  const counts = new Map<string, number>();
  let dropped = 0;
  for (const followed of downlinks.values()) {
    const times = queued.get(followed.number) ?? 0;
    if (followed.ends.length === 0 && followed.mayBeDropped) {
      dropped += 1;
      if (times > 1) findings.push(`downlink ${followed.number}: executed ${times} times`);
      continue;
    }
    const problem = problemOf(followed, times, target.heard(followed.number));
    if (problem !== undefined)
      findings.push(
        `downlink ${followed.number} (${followed.node}, given during: ${followed.fault}): ${problem}. ${followed.text.slice(0, 120)}`,
      );
    const end = followed.ends[0] ?? "no end";
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  if (dropped !== scene.dropped)
    findings.push(
      `${dropped} downlinks went with a connection that was changed, warnings count ${scene.dropped}`,
    );
  if (dropped > 0) counts.set("counted by a warning, their connection was changed", dropped);
  return [...counts].map(([end, count]) => `${count} ${end}`).join(", ");
}

function problemOf(
  { ends, completed, text }: Followed,
  times: number,
  heard: number | undefined,
): string | undefined {
  const [end] = ends;
  if (times > 1) return `executed ${times} times (${ends.join(", ")})`;
  if (heard !== undefined && heard > times) return `a device got it ${heard} times`;
  if (end === undefined) return "it has no end";
  if (ends.length > 1) return `it has ${ends.length} ends: ${ends.join(", ")}`;
  if (GOOD.has(end) !== (completed === 1)) return `${end}, and completed ${completed} times`;
  if (IN_DOUBT.has(end)) return undefined;
  // Of a device that hears at once, what is no longer in the queue may have been sent: so the error says.
  if (end === "not_accepted" && heard === 1) return undefined;
  // A server that has not even acknowledged it may do so later: so the error says.
  if (end === "not_accepted" && text.includes(NOT_ACKNOWLEDGED)) return undefined;
  if (GOOD.has(end) !== (times === 1)) return `${end}, and executed ${times} times`;
  return undefined;
}
