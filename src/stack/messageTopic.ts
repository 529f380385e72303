/** What `msg.topic` of a receiving node is: what charts, join, filter and trigger group by. */

/** `received`: the MQTT topic; `deviceField`: `door-1/temperature`, and the device ID where a node gives out no single field. */
export const TOPIC_CHOICES = ["received", "device", "deviceField"] as const;

export type TopicChoice = (typeof TOPIC_CHOICES)[number];

/**
 * Gives the topic of a device's messages; `undefined` where they keep the MQTT topic.
 * @param field as the user wrote it; empty for none
 */
export function topicFor(choice: TopicChoice, field = ""): ((deviceId: string) => string) | undefined {
  if (choice === "received") return undefined;
  return choice === "device" || field === "" ? (deviceId) => deviceId : (deviceId) => `${deviceId}/${field}`;
}
