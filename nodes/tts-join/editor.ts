import { TOPIC_CHOICES } from "../../src/stack/messageTopic";
import { Form } from "../shared/editor/form";
import { filterText } from "../shared/editor/nodeLabel";
import { followConnections, takeConnection } from "../shared/editor/newNode";
import * as rules from "../shared/editor/rules";
import { suggest } from "../shared/editor/suggest";
import { CATEGORY_DESCRIPTION, textsOf } from "../shared/editor/text";
import { showTopic } from "../shared/editor/topicLine";
import { devices, validator } from "../shared/editor/validators";
import { JOIN_DEFAULTS, type JoinProperties } from "./properties";

const say = textsOf("tts-join");

followConnections();

RED.nodes.registerType<JoinProperties>("tts-join", {
  category: "The Things Stack",
  categoryDescription: CATEGORY_DESCRIPTION,
  color: "#6FBDB9",
  icon: "tts-join.svg",
  inputs: 0,
  outputs: 1,
  defaults: {
    name: { value: JOIN_DEFAULTS.name, label: say("label.name") },
    connection: {
      value: JOIN_DEFAULTS.connection,
      type: "tts-connection",
      required: true,
      label: say("label.connection"),
    },
    devices: { value: JOIN_DEFAULTS.devices, label: say("label.devices"), validate: devices },
    topic: {
      value: JOIN_DEFAULTS.topic,
      label: say("label.topic"),
      validate: validator(rules.oneOf(TOPIC_CHOICES)),
    },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    return this.name || `${this._("label.short")} ${filterText(this.devices)}`.trim();
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
  },
  oneditsave() {
    Form.close(this);
  },
  oneditcancel() {
    Form.close(this);
  },
});
