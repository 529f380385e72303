import { Form } from "../shared/editor/form";
import { flag } from "../shared/editor/validators";
import { CATEGORY_DESCRIPTION, textsOf } from "../shared/editor/text";
import { commandFields, entityFields, NEW_COMMAND } from "./editor/fields";
import { RowList } from "./editor/rowList";
import {
  baseReason,
  commandsReason,
  entitiesReason,
  expireReason,
  topicReason,
  validatorOf,
} from "./editor/rules";
import { HOME_ASSISTANT_DEFAULTS, type HomeAssistantProperties } from "./properties";

const say = textsOf("tts-home-assistant");

/** The lists while a form is open: there is only one at a time. */
let lists: { readonly entities: RowList; readonly commands: RowList } | undefined;

/** Shows under a list why it cannot be. */
function explain(
  list: RowList,
  reason: (rows: readonly object[]) => string | undefined,
  place: JQuery,
): void {
  list.follow(() => void place.text(reason(list.rows()) ?? ""));
}

RED.nodes.registerType<HomeAssistantProperties>("tts-home-assistant", {
  category: "The Things Stack",
  categoryDescription: CATEGORY_DESCRIPTION,
  color: "#6FBDB9",
  icon: "tts-home-assistant.svg",
  inputs: 1,
  outputs: 2,
  defaults: {
    name: { value: HOME_ASSISTANT_DEFAULTS.name, label: say("label.name") },
    prefix: {
      value: HOME_ASSISTANT_DEFAULTS.prefix,
      label: say("label.prefix"),
      validate: validatorOf(topicReason),
    },
    base: {
      value: HOME_ASSISTANT_DEFAULTS.base,
      label: say("label.base"),
      validate: validatorOf(baseReason),
    },
    entities: {
      value: HOME_ASSISTANT_DEFAULTS.entities,
      label: say("label.entities"),
      validate: validatorOf(entitiesReason),
    },
    automatic: {
      value: HOME_ASSISTANT_DEFAULTS.automatic,
      label: say("label.automatic"),
      validate: flag,
    },
    diagnostics: {
      value: HOME_ASSISTANT_DEFAULTS.diagnostics,
      label: say("label.diagnostics"),
      validate: flag,
    },
    commands: {
      value: HOME_ASSISTANT_DEFAULTS.commands,
      label: say("label.commands"),
      validate: validatorOf(commandsReason),
    },
    expireAfter: {
      value: HOME_ASSISTANT_DEFAULTS.expireAfter,
      label: say("label.expire-after"),
      validate: validatorOf(expireReason),
    },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    return this.name || this._("label.short");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels(index) {
    return this._(index === 0 ? "label.to-broker" : "label.to-downlink");
  },
  oneditprepare() {
    const form = new Form(this, "node-input");
    const entities = new RowList($("#tts-home-assistant-entities"), entityFields(), this.entities, {});
    const commands = new RowList(
      $("#tts-home-assistant-commands"),
      commandFields(),
      this.commands,
      NEW_COMMAND,
    );
    lists = { entities, commands };
    explain(entities, entitiesReason, $("#tts-home-assistant-entities-reason"));
    explain(commands, commandsReason, $("#tts-home-assistant-commands-reason"));
    form.follow(["prefix", "base"], () => {
      const values = { prefix: form.value("prefix"), base: form.value("base") };
      $("#tts-home-assistant-topics").text(say("hint.topics", values));
    });
    // They must differ.
    form.input("prefix").on("change keyup", () => form.input("base").trigger("change"));
    form.unfold();
  },
  oneditsave() {
    if (lists) {
      const entities = lists.entities.rows((row) => ({ ...row, field: row.field ?? "" }));
      const commands = lists.commands.rows(
        ({ key = "", name = "", component = "", fPort = "", ...rest }) => ({
          ...{ key, name, component, fPort },
          ...rest,
          ...(rest.confirmed === undefined ? {} : { confirmed: true }),
        }),
      );
      Object.assign(this, { entities, commands });
    }
    lists = undefined;
    Form.close(this);
  },
  oneditcancel() {
    lists = undefined;
    Form.close(this);
  },
});
