import { Form } from "../shared/editor/form";
import { filterText, shorten } from "../shared/editor/nodeLabel";
import { followConnections, takeConnection } from "../shared/editor/newNode";
import * as rules from "../shared/editor/rules";
import { showOnly } from "../shared/editor/showOnly";
import { suggest } from "../shared/editor/suggest";
import { CATEGORY_DESCRIPTION, textsOf } from "../shared/editor/text";
import { showTopic } from "../shared/editor/topicLine";
import {
  commaList,
  devices as devicesValidator,
  missingIsEmpty,
  validator,
  validatorBy,
  flag,
} from "../shared/editor/validators";
import { makeFieldHint } from "./editor/fieldHint";
import { showLastMessage } from "./editor/lastMessage";
import { fieldPathOf } from "../shared/fieldPath";
import { UPLINK_CHOICES, UPLINK_DEFAULTS, USUAL_MISSING, type UplinkProperties } from "./properties";

const say = textsOf("tts-uplink");

/** A path in the decoded payload, in Node-RED's own words for one. */
const field: rules.Rule = (value) => {
  if (value.trim() === "") return { key: "validation.field-required" };
  const path = fieldPathOf(value.trim(), (expression) => RED.utils.normalisePropertyExpression(expression));
  return path === undefined ? { key: "validation.field" } : undefined;
};

followConnections();

/** What is sent where there is none goes with the output, until the user chooses it. */
function followOutput(form: Form): void {
  const usual = (): string | undefined =>
    new Map<string, string>(Object.entries(USUAL_MISSING)).get(form.value("output"));
  let isChosen = form.value("missing") !== usual();
  form.input("missing").on("change", () => (isChosen = form.value("missing") !== usual()));
  form.input("output").on("change", () => {
    const missing = usual();
    if (!isChosen && missing !== undefined) form.set("missing", missing);
  });
}

RED.nodes.registerType<UplinkProperties>("tts-uplink", {
  category: "The Things Stack",
  categoryDescription: CATEGORY_DESCRIPTION,
  color: "#6FBDB9",
  icon: "tts-uplink.svg",
  inputs: 0,
  outputs: 1,
  defaults: {
    name: { value: UPLINK_DEFAULTS.name, label: say("label.name") },
    connection: {
      value: UPLINK_DEFAULTS.connection,
      type: "tts-connection",
      required: true,
      label: say("label.connection"),
    },
    devices: { value: UPLINK_DEFAULTS.devices, label: say("label.devices"), validate: devicesValidator },
    ports: {
      value: UPLINK_DEFAULTS.ports,
      label: say("label.ports"),
      validate: commaList(validator(rules.ports)),
    },
    output: {
      value: UPLINK_DEFAULTS.output,
      label: say("label.output"),
      validate: validator(rules.oneOf(UPLINK_CHOICES.output)),
    },
    field: {
      value: UPLINK_DEFAULTS.field,
      label: say("label.field"),
      validate: missingIsEmpty(validatorBy("output", { field })),
    },
    missing: {
      value: UPLINK_DEFAULTS.missing,
      label: say("label.missing"),
      validate: validator(rules.oneOf(UPLINK_CHOICES.missing)),
    },
    topic: {
      value: UPLINK_DEFAULTS.topic,
      label: say("label.topic"),
      validate: validator(rules.oneOf(UPLINK_CHOICES.topic)),
    },
    emptyFrames: {
      value: UPLINK_DEFAULTS.emptyFrames,
      label: say("label.empty-frames"),
      validate: flag,
    },
    shape: {
      value: UPLINK_DEFAULTS.shape,
      label: say("label.shape"),
      validate: validator(rules.oneOf(UPLINK_CHOICES.shape)),
    },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    if (this.name) return this.name;
    const from = `${this._("label.short")} ${filterText(this.devices, this.ports)}`.trim();
    return this.output === "field" && this.field ? `${from} → ${shorten(this.field)}` : from;
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels() {
    const labels: Record<UplinkProperties["output"], string> = {
      decoded: this._("option.decoded"),
      bytes: this._("option.bytes"),
      field: this.field,
      normalized: this._("option.normalized"),
      flat: this._("option.flat"),
      location: this._("option.location"),
      message: this._("option.message"),
    };
    return labels[this.output];
  },
  onadd() {
    takeConnection(this);
  },
  oneditprepare() {
    const form = new Form(this, "node-input");
    form.follow(["output"], () => showOnly("data-output", form.value("output")));
    followOutput(form);
    form.follow(["shape"], () => $("#tts-uplink-shape-v2").toggle(form.value("shape") === "v2"));
    const devices = (): { devices: string } => ({ devices: form.value("devices") });
    suggest(form, form.input("devices"), "devices", { isList: true });
    // Its service says what a device ID is.
    form.follow(["connection"], () => form.input("devices").trigger("change"));
    suggest(form, form.input("ports"), "ports", { isList: true, scope: devices });
    suggest(form, form.input("field"), "fields", {
      scope: () => ({ ...devices(), ports: form.value("ports") }),
    });
    makeFieldHint(form, $("#tts-uplink-field-hint"), (path) =>
      path === "" ? say("hint.field-whole") : say("hint.field-inside", { path }),
    );
    showTopic(
      form,
      $("#tts-topic"),
      (topic) => (topic === undefined ? say("hint.topic-received") : say("hint.topic", { topic })),
      () => (form.value("output") === "field" ? form.value("field") : ""),
    );
    showLastMessage(form, $("#tts-uplink-last"));
    form.unfold();
  },
  oneditsave() {
    Form.close(this);
  },
  oneditcancel() {
    Form.close(this);
  },
});
