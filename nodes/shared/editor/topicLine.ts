/** The line under *Topic* that shows what `msg.topic` will be. */
import { TOPIC_CHOICES, topicFor } from "../../../src/stack/messageTopic";
import type { Form } from "./form";

const EXAMPLE = "door-1";
const LONGEST = 60;

/** A device whose messages the node takes, as far as its list names one. */
function exampleOf(devices: string): string {
  const [first = ""] = devices.split(",").filter((device) => device.trim() !== "" && !device.includes("*"));
  return first.trim() || EXAMPLE;
}

/**
 * Keeps it up to date.
 * @param words says it in the language of the editor; `undefined` for the MQTT topic
 * @param field the only field that the node gives out, empty for none
 */
export function showTopic(
  form: Form,
  line: JQuery,
  words: (topic: string | undefined) => string,
  field: () => string = () => "",
): void {
  // A flow that was written by hand may have what only an uplink node offers, where it is the device ID.
  const [, device] = TOPIC_CHOICES;
  if (form.value("topic") === "") form.set("topic", device);
  form.follow(["topic", "devices", "output", "field"], () => {
    const choice = TOPIC_CHOICES.find((each) => each === form.value("topic"));
    const topic = choice && topicFor(choice, field())?.(exampleOf(form.value("devices")));
    line.text(words(topic?.slice(0, LONGEST)));
  });
}
