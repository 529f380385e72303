import { isDeviceId, type IdentifierForm } from "../../src/stack/identifiers";
import {
  CHANGES,
  GATEWAY_CHANGES,
  gatewayIdsOf,
  isChange,
  matters,
  numberWithin,
  OF_DEVICES,
  WATCH_LIMITS,
  type Change,
} from "../../src/stack/watch";
import { asCommaList, asWords } from "../../src/stack/values";
import { connectionOf, generationOf } from "../shared/editor/connection";
import { Form } from "../shared/editor/form";
import { followConnections, takeConnection } from "../shared/editor/newNode";
import { filterText, shorten } from "../shared/editor/nodeLabel";
import { valueNow } from "../shared/editor/openForms";
import type { EditedNode, Validator } from "../shared/editor/red";
import * as rules from "../shared/editor/rules";
import { areSameWords } from "../shared/editor/sameWords";
import { suggest } from "../shared/editor/suggest";
import { CATEGORY_DESCRIPTION, text, textsOf } from "../shared/editor/text";
import { devices as devicesValidator, flag, listReason, validator } from "../shared/editor/validators";
import { showTable } from "./editor/table";
import { WATCH_CHOICES, WATCH_DEFAULTS, type WatchProperties } from "./properties";

const say = textsOf("tts-watch");

const CHANGE_WORDS: Readonly<Record<Change, string>> = {
  silent: "option.change-silent",
  back: "option.change-back",
  new: "option.change-new",
  lost: "option.change-lost",
  reset: "option.change-reset",
  battery: "option.change-battery",
  weak: "option.change-weak",
};

type Limited = keyof typeof WATCH_LIMITS;

const number =
  (name: Limited, mayBeEmpty = false): rules.Rule =>
  (value) => {
    if (mayBeEmpty && value.trim() === "") return undefined;
    const limits = WATCH_LIMITS[name];
    return numberWithin(value, limits) === undefined
      ? { key: "validation.number-between", values: { ...limits } }
      : undefined;
  };

const gateways = (ids: readonly string[], form: IdentifierForm): rules.Reason | undefined => {
  const wrong = ids.find((id) => !rules.isEnvironmentVariable(id) && !isDeviceId(id, form));
  return wrong === undefined ? undefined : { key: "validation.gateway", values: { value: wrong } };
};

/** The changes that are chosen, as at run time: the default only where the property is missing. */
const changesOf = ({ changes }: { readonly changes?: unknown }): readonly string[] =>
  changes === undefined ? WATCH_DEFAULTS.changes : asWords(changes);

/** What a later version may know of is kept, and a variable. */
const unknownIn = (node: { readonly changes?: unknown }): string[] =>
  changesOf(node).filter((change) => !isChange(change));

/** With none it answers questions. */
const changesReason = (changes: readonly string[]): rules.Reason | undefined =>
  changes.length === 0 || changes.some((change) => isChange(change) || rules.isEnvironmentVariable(change))
    ? undefined
    : { key: "validation.choice", values: { words: CHANGES.join(", ") } };

/** What is missing in a flow is to be saved. */
const isMissing = (property: unknown): boolean => property === undefined;

/** A rule for what only counts for what is watched. */
function ifWatched(name: keyof WatchProperties, check: Validator): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, options) {
    return !matters(name, valueNow(this, "watch")) || check.call(this, value, options);
  };
}

const checkboxes = (): JQuery => $("#tts-watch-changes input[type='checkbox']");

const checkedChanges = (): string[] =>
  checkboxes()
    .filter(":checked")
    .toArray()
    .map((box) => box.getAttribute("value") ?? "");

const gatewaysField = (): JQuery => $("#tts-watch-gateways");

const typedGateways = (): string[] => [...gatewayIdsOf(String(gatewaysField().val()))];

function makeCheckboxes(chosen: readonly string[]): void {
  for (const change of CHANGES)
    $("<label>", { class: "tts-check", "data-change": change })
      .append(
        $("<input>", { type: "checkbox", value: change }).prop("checked", chosen.includes(change)),
        document.createTextNode(` ${say(CHANGE_WORDS[change])}`),
      )
      .appendTo($("#tts-watch-changes .tts-checks"));
}

/** Shows what belongs to devices or to gateways. */
function showWatched(form: Form): void {
  const watch = form.value("watch");
  $(".tts-form [data-watch]").each((_, element) => {
    $(element).toggle(element.getAttribute("data-watch") === watch);
  });
  $("#tts-watch-changes [data-change]").each((_, element) => {
    const change = element.getAttribute("data-change");
    $(element).toggle(watch !== "gateways" || GATEWAY_CHANGES.some((known) => known === change));
  });
}

/** Ends the asking of the open form: there is only one at a time. */
let endTable: () => void = () => undefined;

followConnections();

RED.nodes.registerType<WatchProperties>("tts-watch", {
  category: "The Things Stack",
  categoryDescription: CATEGORY_DESCRIPTION,
  color: "#6FBDB9",
  icon: "tts-watch.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: WATCH_DEFAULTS.name, label: say("label.name") },
    connection: {
      value: WATCH_DEFAULTS.connection,
      type: "tts-connection",
      required: true,
      label: say("label.connection"),
    },
    watch: {
      value: WATCH_DEFAULTS.watch,
      label: say("label.watch"),
      validate: validator(rules.oneOf(WATCH_CHOICES.watch)),
    },
    devices: {
      value: WATCH_DEFAULTS.devices,
      label: say("label.devices"),
      validate: ifWatched("devices", devicesValidator),
    },
    gateways: {
      value: WATCH_DEFAULTS.gateways,
      label: say("label.gateways"),
      validate: ifWatched("gateways", function (value, options) {
        return validator(
          () =>
            listReason("gateways", value) ?? gateways(gatewayIdsOf(value), generationOf(connectionOf(this))),
        ).call(this, "", options);
      }),
    },
    silentAfter: {
      value: WATCH_DEFAULTS.silentAfter,
      label: say("label.silent-after"),
      validate: validator(number("silentAfter", true)),
    },
    changes: {
      value: WATCH_DEFAULTS.changes,
      label: say("label.changes"),
      // The editor accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        return validator(() => listReason("changes", value) ?? changesReason(asWords(value))).call(
          this,
          "",
          options,
        );
      },
    },
    batteryBelow: {
      value: WATCH_DEFAULTS.batteryBelow,
      label: say("label.battery-below"),
      validate: ifWatched("batteryBelow", validator(number("batteryBelow"))),
    },
    lostAbove: {
      value: WATCH_DEFAULTS.lostAbove,
      label: say("label.lost-above"),
      validate: ifWatched("lostAbove", validator(number("lostAbove"))),
    },
    marginBelow: {
      value: WATCH_DEFAULTS.marginBelow,
      label: say("label.margin-below"),
      validate: ifWatched("marginBelow", validator(number("marginBelow"))),
    },
    atStart: { value: WATCH_DEFAULTS.atStart, label: say("label.at-start"), validate: flag },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    if (this.name) return this.name;
    const isGateways = this.watch === "gateways";
    const whom = asCommaList(isGateways ? gatewayIdsOf(this.gateways).join(", ") : this.devices);
    const number = whom.split(",").length;
    if (number > 1 && !whom.includes("*") && shorten(whom) !== whom)
      return this._(isGateways ? "label.several-gateways" : "label.several", { number });
    return `${this._(isGateways ? "label.short-gateways" : "label.short")} ${filterText(whom)}`.trim();
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
    makeCheckboxes(changesOf(this));
    gatewaysField().val(gatewayIdsOf(this.gateways).join(", "));
    const form = new Form(this, "node-input");
    suggest(form, form.input("devices"), "devices", { isList: true });
    suggest(form, gatewaysField(), "gateways", { isList: true });
    const showReason = (): void => {
      const reason = gateways(typedGateways(), generationOf(form.value("connection")));
      $("#tts-watch-gateways-reason").text(reason ? text(reason.key, reason.values) : "");
    };
    gatewaysField().on("change keyup input", showReason);
    // Its service says what an ID is.
    form.follow(["connection"], showReason);
    const showChangesReason = (): void => {
      const reason = changesReason([...checkedChanges(), ...unknownIn(this)]);
      $("#tts-watch-changes-reason").text(reason ? text(reason.key, reason.values) : "");
    };
    checkboxes().on("change", showChangesReason);
    showChangesReason();
    // Its service says what a device ID is.
    form.follow(["connection"], () => form.input("devices").trigger("change"));
    form.follow(["watch"], () => showWatched(form));
    form.input("watch").on("change", () => {
      for (const name of OF_DEVICES) form.input(name).trigger("change");
    });
    endTable = showTable(form, $("#tts-watch-table"), this.id);
  },
  oneditsave() {
    endTable();
    // The same as before is no change, however it is written.
    const typed = typedGateways();
    if (isMissing(this.gateways) || typed.join() !== gatewayIdsOf(this.gateways).join())
      this.gateways = typed;
    const chosen = [...checkedChanges(), ...unknownIn(this)];
    if (isMissing(this.changes) || !areSameWords(chosen, changesOf(this))) this.changes = chosen;
    Form.close(this);
  },
  oneditcancel() {
    endTable();
    Form.close(this);
  },
});
