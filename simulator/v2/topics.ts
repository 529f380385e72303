import type { TopicRules } from "../mqtt/topics";

/** The device of a topic that downlinks are published to. */
export function deviceOfDownlink(topic: string, applicationId: string): string | undefined {
  const [application, devices, deviceId, down, more] = topic.split("/");
  const fits =
    application === applicationId && devices === "devices" && down === "down" && more === undefined;
  return fits ? deviceId : undefined;
}

/** V2 had an ordinary broker in front, which kept applications apart: filters may go over all applications and find one. */
export const v2Topics = (applicationId: string): TopicRules => ({
  accepted(filter) {
    const [application] = filter.split("/", 1);
    return application === "#" || application === "+" || application === applicationId ? filter : undefined;
  },
  matches,
  publishable: (topic) => deviceOfDownlink(topic, applicationId) !== undefined,
});

/** As the standard says: a trailing `#` takes its parent level, too. */
function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
