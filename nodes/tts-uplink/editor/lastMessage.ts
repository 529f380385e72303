/** The fold in the form that shows what `msg.payload` of the last message would have been with the settings in the form. */
import { askDeployed, field, type Answer } from "../../shared/editor/admin";
import type { Form } from "../../shared/editor/form";
import { textsOf } from "../../shared/editor/text";
import { whyNone, whySilent } from "../../shared/editor/suggest";
import { clockText } from "../../shared/editor/times";

const say = textsOf("tts-uplink");

/** What decides on a message. */
const SETTINGS = ["devices", "ports", "output", "field", "missing", "shape"] as const;

const PAUSE_MS = 200;

/** What is done where the chosen payload is not in the message. */
const INSTEAD: Readonly<Record<string, string>> = {
  sent: "line.instead",
  missing: "line.missing",
  error: "line.error",
};

/** Why there is no position, as far as the message tells. */
const NO_POSITION: Readonly<Record<string, string>> = {
  "no-location": "line.no-location",
  "no-fix": "line.no-fix",
  "location-range": "line.location-range",
};

/** Why it is not. */
function whyMissing(answer: object, output: string, path: string): string {
  if (output === "normalized") return say("line.not-normalized");
  const noPosition = output === "location" ? NO_POSITION[field(answer, "lacks")] : undefined;
  if (noPosition !== undefined) return say(noPosition);
  if (field(answer, "isDecoded") !== "true")
    return say("line.no-formatter", { device: field(answer, "deviceId") });
  return say("line.no-field", { field: path });
}

/** What is said of an answer; a part that is empty is not shown. What comes from the wire goes into no template. */
interface Said {
  /** Which message it was. */
  readonly from: string;
  readonly payload: string;
  readonly remark: string;
}

const onlyRemark = (remark: string): Said => ({ from: "", payload: "", remark });

function payloadText(payload: unknown): string {
  const more = field(payload, "isCut") === "true" ? "…" : "";
  if (field(payload, "is") !== "bytes") return field(payload, "text") + more;
  const count = Number(field(payload, "length"));
  if (count === 0) return say("line.no-bytes");
  const hex = (field(payload, "hex").match(/../g) ?? []).join(" ");
  return say(count === 1 ? "line.byte" : "line.bytes", { count, hex: hex + more });
}

function saidOf(answer: object, output: string, path: string): Said {
  const outcome = field(answer, "outcome");
  if (outcome === "not_valid") return onlyRemark(say("line.not-valid"));
  if (outcome === "none") {
    const state = field(answer, "state");
    if (field(answer, "isSeen") === "true") return onlyRemark(say("line.not-read"));
    return onlyRemark(state === "connected" ? say("line.none") : whySilent(state));
  }
  const fPort = field(answer, "fPort");
  const port = fPort === "" ? say("line.no-port") : `${say("label.f-port")} ${fPort}`;
  const from = [field(answer, "deviceId"), port, clockText(Number(field(answer, "at")))].join(", ");
  if (outcome === "empty_frame") return { from, payload: "", remark: say("line.empty-frame") };
  const near = field(answer, "near");
  const why = near === "" ? whyMissing(answer, output, path) : say("line.field-begins", { near });
  const instead = `${why} ${say(INSTEAD[outcome] ?? "line.missing")}`;
  if (outcome !== "sent") return { from, payload: "", remark: instead };

  const payload: unknown = Reflect.get(answer, "payload");
  const fields: unknown = Reflect.get(answer, "fields");
  const isInstead = field(payload, "is") === "bytes" && output !== "bytes";
  const names = Array.isArray(fields) ? fields.join(", ") : "";
  const remarks = [...(isInstead ? [instead] : []), say("line.fields", { names })];
  return { from, payload: payloadText(payload), remark: remarks.join(" ") };
}

/** Shows it in the fold `part` while that is open, and again after every change. */
export function showLastMessage(form: Form, part: JQuery): void {
  let timer: number | undefined;
  let question = 0;

  const show = (answer: Answer): void => {
    const said = answer.ok
      ? saidOf(answer.answer, form.value("output"), form.value("field"))
      : onlyRemark(whyNone(answer.refusal));
    part.find(".tts-from").text(said.from);
    part.find(".tts-payload").text(said.payload);
    part.find(".tts-preview").toggle(said.payload !== "");
    part.find(".tts-remark").text(said.remark);
  };
  const ask = async (): Promise<void> => {
    const asked = ++question;
    const settings = Object.fromEntries(SETTINGS.map((name) => [name, form.value(name)]));
    const query = { ...settings, emptyFrames: form.isChecked("emptyFrames") };
    const answer = await askDeployed("tts-uplink", form.value("connection"), "last-message", query);
    if (asked === question) show(answer);
  };
  const askSoon = (): void => {
    window.clearTimeout(timer);
    if (part.prop("open") === true) timer = window.setTimeout(() => void ask(), PAUSE_MS);
  };
  part.find(".tts-preview").hide();
  part.on("toggle", askSoon);
  form.follow(["connection", "emptyFrames", ...SETTINGS], askSoon);
  part.find(".tts-look-again").on("click", () => void ask());
}
