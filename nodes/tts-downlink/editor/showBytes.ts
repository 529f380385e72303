/** *Show bytes*: what the device's own encoder in The Things Stack makes of fields that are fixed in the form. */
import { askDeployed, field, mayAsk, type Answer } from "../../shared/editor/admin";
import type { Form } from "../../shared/editor/form";
import { whyNone } from "../../shared/editor/suggest";
import { text, textsOf } from "../../shared/editor/text";

const say = textsOf("tts-downlink");

/** What decides on the bytes. */
const ASKED_BY = [
  "connection",
  "device",
  "deviceType",
  "fPort",
  "fPortType",
  "payload",
  "payloadType",
  "encoding",
];

const OF_COUNT: Readonly<Record<string, string>> = { 0: "line.encoded-none", 1: "line.encoded-one" };

function bytesIn(answer: object): string {
  const count = field(answer, "length");
  const values = { port: field(answer, "fPort"), count, hex: field(answer, "hex") };
  const bytes = say(OF_COUNT[count] ?? "line.encoded", values);
  const warnings = field(answer, "warnings");
  return warnings === "" ? bytes : `${bytes} ${say("line.warnings", { warnings })}`;
}

const lineOf = (answer: Answer): string => {
  if (!answer.ok) return whyNone(answer.refusal);
  return field(answer.answer, "outcome") === "bytes" ? bytesIn(answer.answer) : field(answer.answer, "words");
};

/**
 * Wires up the button. What it shows goes away with the next change.
 * @param canAsk whether device, FPort and payload are fixed, and the payload is fields
 */
export function offerBytes(form: Form, part: JQuery, canAsk: () => boolean): void {
  const button = part.find("button");
  const line = part.find(".tts-encoded");
  let question = 0;

  const ask = async (): Promise<void> => {
    const asked = ++question;
    const device = form.value("device").trim();
    if (device === "") {
      line.text(say("line.needs-device"));
      return;
    }
    line.text(say("line.asking"));
    const body = { device, fPort: form.value("fPort"), payload: parsed(form.value("payload")) };
    const query = { lang: text("language") };
    const answer = await askDeployed("tts-downlink", form.value("connection"), "encode", query, body);
    if (asked === question) line.text(lineOf(answer));
  };
  form.follow(ASKED_BY, () => {
    question += 1;
    line.text("");
    part.toggle(mayAsk() && canAsk());
  });
  button.on("click", () => void ask());
}

/** What is no JSON is refused by the run time, in words. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
