/** Offers in a field what the traffic of the chosen connection has shown so far. */
import type { SuggestionList } from "../../../src/stack/suggestions";
import { askDeployed, field, type Refusal } from "./admin";
import { Combobox, type Offer, type Offers } from "./combobox";
import type { Form } from "./form";
import { text } from "./text";
import { agoText } from "./times";

/** The form's own devices and FPorts, where only their messages count. */
export interface SuggestionScope {
  readonly devices?: string;
  readonly ports?: string;
}

export interface SuggestOptions {
  /** The field has several values with commas between. */
  readonly isList?: boolean;
  readonly scope?: () => SuggestionScope;
  /** False: the field is an ordinary one at present. */
  readonly isOn?: () => boolean;
}

const WHY_NONE: Readonly<Record<Refusal, string>> = {
  not_chosen: "hint.suggest-not-chosen",
  in_subflow: "hint.suggest-in-subflow",
  not_deployed: "hint.suggest-not-deployed",
  disabled: "hint.suggest-disabled",
  not_allowed: "hint.suggest-not-allowed",
  no_answer: "hint.suggest-no-answer",
};

export const whyNone = (refusal: Refusal): string => text(WHY_NONE[refusal]);

/** Nothing has come in at all, and why that may be. */
const WHY_SILENT: Readonly<Record<string, string>> = {
  connected: "hint.suggest-silent",
  unused: "hint.suggest-unused",
};

/** @param state of the connection */
export const whySilent = (state: string): string => text(WHY_SILENT[state] ?? "hint.suggest-not-connected");

/** Something has come in, but nothing of what is asked for. */
const WHY_EMPTY: Readonly<Record<SuggestionList, string>> = {
  devices: "hint.suggest-silent",
  ports: "hint.suggest-not-read",
  fields: "hint.suggest-no-fields",
  gateways: "hint.suggest-not-read",
};

/** What a suggestion is recognised by. It comes from the wire, so it goes into no template. */
const ABOUT: Readonly<Record<SuggestionList, (item: unknown) => readonly string[]>> = {
  devices: (item) => [field(item, "eui"), seen(item)],
  ports: (item) => [field(item, "deviceId"), seen(item)],
  fields: (item) => [field(item, "sample")],
  gateways: (item) => [signal(item), seen(item)],
};

function seen(item: unknown): string {
  const ago = field(item, "ago");
  return ago === "" ? "" : text("line.seen", { ago: agoText(Number(ago)) });
}

function signal(item: unknown): string {
  const rssi = field(item, "rssi");
  return rssi === "" ? "" : `${rssi} dBm`;
}

function toOffer(list: SuggestionList, item: unknown): Offer {
  const about = ABOUT[list](item).filter((part) => part !== "");
  return { value: field(item, "value"), about: about.join(" · ") };
}

const nothing = (why: string): Offers => ({
  offers: [],
  more: "",
  note: `${text("line.no-suggestions")} ${why}`,
});

function toOffers(list: SuggestionList, typed: string, answer: object): Offers {
  const items: unknown = Reflect.get(answer, "items");
  const offers = (Array.isArray(items) ? items : []).map((item: unknown) => toOffer(list, item));
  const more = Number(field(answer, "more"));
  if (field(answer, "devicesSeen") === "0") return nothing(whySilent(field(answer, "state")));
  if (offers.length === 0 && typed === "") return nothing(text(WHY_EMPTY[list]));
  return { offers, more: more > 0 ? text("line.more", { count: more }) : "", note: "" };
}

/** Makes a field of a form offer what was seen. */
export function suggest(
  form: Form,
  input: JQuery,
  list: SuggestionList,
  { isList = false, scope = () => ({}), isOn = () => true }: SuggestOptions = {},
): Combobox {
  const field = new Combobox(input, {
    isList,
    isOn,
    ask: async (typed) => {
      const query = { list, typed, ...scope() };
      const answer = await askDeployed("tts-connection", form.value("connection"), "suggestions", query);
      return answer.ok ? toOffers(list, typed, answer.answer) : nothing(whyNone(answer.refusal));
    },
  });
  // What was said of another connection is no longer true.
  form.follow(["connection"], () => field.forget());
  return field;
}
