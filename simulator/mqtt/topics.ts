/** What a server makes of topics and filters. */
export interface TopicRules {
  /** The form in which it keeps a filter; undefined where it answers 0x80. */
  accepted(filter: string): string | undefined;
  matches(filter: string, topic: string): boolean;
  /** Whether clients may publish there. */
  publishable(topic: string): boolean;
}

/** Whether a client may publish on it at all; otherwise the server closes the connection. */
export function isTopicName(topic: string): boolean {
  return topic !== "" && !/[+#\0]/.test(topic);
}

/** Whether it is a well-formed filter; otherwise the server closes the connection. */
export function isFilter(filter: string): boolean {
  if (filter === "" || filter.includes("\0")) return false;
  const levels = filter.split("/");
  return levels.every((level, index) => {
    if (level === "#") return index === levels.length - 1;
    return level === "+" || !/[+#]/.test(level);
  });
}

/**
 * The form of a filter that the server keeps, or undefined where it answers 0x80. Wildcards in the place of the application
 * become the application itself. Rule: docs/server.md#1-topics-and-subscriptions.
 */
function acceptedFilter(filter: string, uid: string): string | undefined {
  if (filter === "#") return `v3/${uid}/#`;
  const [version, owner, ...rest] = filter.split("/");
  if (version !== "v3" || owner === undefined) return undefined;
  if (owner === "#") return `v3/${uid}/#`;
  if (owner !== "+" && owner !== uid) return undefined;
  return ["v3", uid, ...rest].join("/");
}

/** Unlike the standard, the server does not let a trailing `#` match its parent level. */
function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (index >= levels.length) return false;
    if (level === "#") return true;
    if (level !== "+" && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

export interface DownlinkTopic {
  readonly deviceId: string;
  readonly operation: "push" | "replace";
}

/** The only topics a client may publish on; the device ID is not checked here, as in the server. */
export function downlinkTopic(topic: string, uid: string): DownlinkTopic | undefined {
  const [version, owner, devices, deviceId, down, operation, more] = topic.split("/");
  if (version !== "v3" || owner !== uid || devices !== "devices" || down !== "down") return undefined;
  if (deviceId === undefined || more !== undefined) return undefined;
  return operation === "push" || operation === "replace" ? { deviceId, operation } : undefined;
}

/** The rules of the stack's own server. */
export const stackTopics = (uid: string): TopicRules => ({
  accepted: (filter) => acceptedFilter(filter, uid),
  matches,
  publishable: (topic) => downlinkTopic(topic, uid) !== undefined,
});
