import { EVENT_GROUPS, EVENT_KINDS, eventsIn, isEventKind } from "../../src/stack/event";
import { asWords } from "../../src/stack/values";
import { TOPIC_CHOICES } from "../../src/stack/messageTopic";
import { canCome } from "../shared/editor/connection";
import { Form } from "../shared/editor/form";
import { filterText } from "../shared/editor/nodeLabel";
import { followConnections, takeConnection } from "../shared/editor/newNode";
import * as rules from "../shared/editor/rules";
import { areSameWords } from "../shared/editor/sameWords";
import { suggest } from "../shared/editor/suggest";
import { CATEGORY_DESCRIPTION, text, textsOf } from "../shared/editor/text";
import { showTopic } from "../shared/editor/topicLine";
import { devices, validator } from "../shared/editor/validators";
import { EVENT_DEFAULTS, type EventProperties } from "./properties";
import { eventLabel } from "./words";

const say = textsOf("tts-event");

const DOWNLINKS = eventsIn("downlinks");

/** More than this many words do not tell a flow at a glance. */
const MOST_WORDS = 3;

const checkboxes = (): JQuery => $("#tts-event-events input[type='checkbox']");

const checkedEvents = (): string[] =>
  checkboxes()
    .filter(":checked")
    .toArray()
    .map((box) => box.getAttribute("value") ?? "");

/** The events that are chosen, or the default where the property is missing. */
const eventsOf = ({ events }: { readonly events?: unknown }): readonly string[] =>
  events === undefined ? EVENT_DEFAULTS.events : asWords(events);

const isUsual = (node: { readonly events?: unknown }): boolean =>
  areSameWords(eventsOf(node), EVENT_DEFAULTS.events);

/** What a later version may know of is kept, and a variable. */
const unknownIn = (events: unknown): string[] => asWords(events).filter((event) => !isEventKind(event));

/** Keys of the words for a choice of events, all of the downlinks as one word. */
function wordKeys(events: readonly string[]): string[] {
  const all = DOWNLINKS.every((event) => events.includes(event));
  const rest = EVENT_KINDS.filter((event) => events.includes(event) && !(all && DOWNLINKS.includes(event)));
  return [...(all ? ["label.all-downlinks"] : []), ...rest.map(eventLabel)];
}

/** A checkbox for each event, in the groups of the form. */
function makeCheckboxes(say: (key: string) => string): void {
  for (const group of EVENT_GROUPS) {
    const checks = $(`#tts-event-${group} .tts-checks`);
    for (const event of eventsIn(group))
      $("<label>", { class: "tts-check" })
        .append(
          $("<input>", { type: "checkbox", value: event }),
          document.createTextNode(` ${say(eventLabel(event))}`),
        )
        .appendTo(checks);
  }
}

followConnections();

RED.nodes.registerType<EventProperties>("tts-event", {
  category: "The Things Stack",
  categoryDescription: CATEGORY_DESCRIPTION,
  color: "#6FBDB9",
  icon: "tts-event.svg",
  inputs: 0,
  outputs: 1,
  defaults: {
    name: { value: EVENT_DEFAULTS.name, label: say("label.name") },
    connection: {
      value: EVENT_DEFAULTS.connection,
      type: "tts-connection",
      required: true,
      label: say("label.connection"),
    },
    devices: { value: EVENT_DEFAULTS.devices, label: say("label.devices"), validate: devices },
    events: {
      value: EVENT_DEFAULTS.events,
      label: say("label.events"),
      // The editor accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        return validator(() => rules.events(value)).call(this, "", options);
      },
    },
    topic: {
      value: EVENT_DEFAULTS.topic,
      label: say("label.topic"),
      validate: validator(rules.oneOf(TOPIC_CHOICES)),
    },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    if (this.name) return this.name;
    const keys = wordKeys(eventsOf(this));
    const isTold = keys.length > 0 && keys.length <= MOST_WORDS && !isUsual(this);
    const words = isTold ? keys.map((key) => this._(key)).join(", ") : this._("label.short");
    return [words, filterText(this.devices)].filter((part) => part !== "").join(" · ");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels() {
    return this._("label.output");
  },
  onadd() {
    takeConnection(this);
  },
  oneditprepare() {
    const form = new Form(this, "node-input");
    suggest(form, form.input("devices"), "devices", { isList: true });
    // Its service says what a device ID is.
    form.follow(["connection"], () => form.input("devices").trigger("change"));
    showTopic(form, $("#tts-topic"), (topic) =>
      topic === undefined ? say("hint.topic-received") : say("hint.topic", { topic }),
    );
    makeCheckboxes((key) => this._(key));
    const chosen = eventsOf(this);
    checkboxes().each((_, box) => {
      $(box).prop("checked", chosen.includes(box.getAttribute("value") ?? ""));
    });
    const showReason = (): void => {
      const reason = rules.events([...checkedEvents(), ...unknownIn(this.events)]);
      $("#tts-event-events-reason").text(reason ? text(reason.key) : "");
    };
    checkboxes().on("change", showReason);
    showReason();
    form.follow(["connection"], () => {
      const connection = form.value("connection");
      const never = EVENT_KINDS.filter((event) => !canCome(connection, event));
      $("#tts-event-lacks").toggle(never.length > 0);
      checkboxes().each((_, box) => {
        const lacks = never.some((event) => event === box.getAttribute("value"));
        $(box)
          .closest("label")
          .css("opacity", lacks ? 0.5 : "");
      });
    });
  },
  oneditsave() {
    const chosen = [...checkedEvents(), ...unknownIn(this.events)];
    // The same in another order is no change.
    if (!areSameWords(chosen, asWords(this.events))) this.events = chosen;
    Form.close(this);
  },
  oneditcancel() {
    Form.close(this);
  },
});
