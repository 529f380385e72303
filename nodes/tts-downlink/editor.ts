import { PRIORITIES, type Encoding } from "../../src/downlink/order";
import { sizeHint } from "../../src/downlink/payload";
import { makeChoice } from "./editor/choice";
import { isV2, limitsOf } from "../shared/editor/connection";
import * as downlink from "./editor/rules";
import { Form } from "../shared/editor/form";
import { GatewayList } from "./editor/gatewayList";
import { typedText } from "../shared/editor/nodeLabel";
import { followConnections, takeConnection } from "../shared/editor/newNode";
import type { EditedNode, TypeDefinition } from "../shared/editor/red";
import * as rules from "../shared/editor/rules";
import { showOnly } from "../shared/editor/showOnly";
import { suggest } from "../shared/editor/suggest";
import { CATEGORY_DESCRIPTION, textsOf } from "../shared/editor/text";
import { isFixed, makeTyped, retype } from "./editor/typedField";
import { offerBytes } from "./editor/showBytes";
import { validator } from "../shared/editor/validators";
import { DOWNLINK_CHOICES, DOWNLINK_DEFAULTS, type DownlinkProperties } from "./properties";

const say = textsOf("tts-downlink");

/** The type that a fixed payload of this encoding has. */
const FIXED_TYPE: Readonly<Record<Encoding, "str" | "bin" | "json">> = {
  bytes: "bin",
  hex: "str",
  base64: "str",
  text: "str",
  decoded: "json",
  downlinks: "json",
};

/** The same two bytes in every encoding. */
const EXAMPLES: Readonly<Record<Encoding, string>> = {
  bytes: "[190, 239]",
  hex: "BE EF",
  base64: "vu8=",
  text: "on",
  decoded: '{"led": "on"}',
  downlinks: '[{"f_port": 15, "frm_payload": "vu8="}]',
};

const OPERATION_WORDS: Readonly<Record<string, string>> = {
  push: "label.push",
  replace: "label.replace",
  clear: "label.clear",
  list: "label.list",
};

/** What the output says of the moment that a message comes. */
const REPORT_WORDS: Readonly<Record<string, string>> = {
  published: "label.when-published",
  queued: "label.when-queued",
  sent: "label.when-sent",
  ack: "label.when-ack",
  every: "label.when-every",
};

/** The same where it is not for the user to choose. */
const OUTPUT_WORDS: Readonly<Record<string, string>> = {
  // There is no answer to an empty queue.
  clear: "label.when-published",
  list: "label.when-listed",
};

const TYPE_STRING = { value: "str", label: "string", icon: "red/images/typedInput/az.svg" };

/** The list while a form is open: there is only one at a time. */
let gatewayList: GatewayList | undefined;

const saved = (node: object, property: keyof DownlinkProperties): string =>
  String(Reflect.get(node, property) ?? DOWNLINK_DEFAULTS[property]);

/** What a typed input of a node says in its label. */
const source = (node: object, property: "device" | "operation" | "fPort" | "priority"): string =>
  typedText(saved(node, property), saved(node, `${property}Type`));

const isDefault = (node: object, property: "fPort" | "priority"): boolean =>
  saved(node, property) === DOWNLINK_DEFAULTS[property] &&
  saved(node, `${property}Type`) === DOWNLINK_DEFAULTS[`${property}Type`];

/** Several fixed values to choose from. One that a flow has and the list has not is added to it. */
function listed(
  form: Form,
  name: string,
  type: string,
  icon: string,
  options: [string, string][],
): TypeDefinition {
  const value = form.value(name);
  const isKnown = !isFixed(form.value(`${name}Type`)) || options.some(([known]) => known === value);
  const all = isKnown ? options : [...options, [value, value] as const];
  return {
    value: type,
    label: say("option.fixed"),
    icon: `red/images/typedInput/${icon}.svg`,
    options: all.map(([known, words]) => ({ value: known, label: words })),
  };
}

/** Shows the fields that have a meaning beside the others, and marks what V2 cannot say. */
function showFields(node: EditedNode, form: Form): void {
  const bare = downlink.bareOperation(node);
  const clear = bare === "clear";
  const v2 = isV2(form.value("connection"));
  $("[data-for='item']").toggle(downlink.applies(node, "fPort"));
  $("[data-for='payload'], [data-for='answer']").toggle(bare === undefined);
  $("[data-for='sending']").toggle(bare !== "list");
  $("[data-for='v2']").toggle(v2);
  $("[data-v2-hides]").each((_, element) => {
    const properties = (element.getAttribute("data-v2-hides") ?? "").split(" ");
    // What is not as usual is shown with the reason why it cannot be.
    $(element).toggle(!v2 || properties.some((property) => !isUsual(form, property)));
  });
  $("input[name='tts-downlink-queue'][value='clear']").prop("disabled", v2 && !clear);
  const isUnused = form.value("encoding") !== "downlinks";
  form
    .input("encoding")
    .find("[value='downlinks']")
    .prop("disabled", v2 && isUnused);
  const isConfirmable = form.value("confirmed") !== "false" || !isFixed(form.value("confirmedType"));
  if (!isConfirmable) $("#tts-downlink-attempts").hide();
  const hasIds = downlink.applies(node, "correlationIds") && !(v2 && isUsual(form, "correlationIds"));
  showOnly("data-more", hasIds ? "ids" : "wait");
  showOnly("data-report", bare ?? form.value("report"));
  const { list, lacking } = limitsOf(form.value("connection"));
  const canList = list && lacking?.has("api") !== true;
  $("input[name='tts-downlink-queue'][value='list']").prop("disabled", !canList && bare !== "list");
}

function isUsual(form: Form, property: string): boolean {
  if (property === "gateways") return gatewayList === undefined || gatewayList.gateways().length === 0;
  const type = form.value(`${property}Type`);
  return form.value(property) === Reflect.get(DOWNLINK_DEFAULTS, property) && isFixed(type);
}

/** The bytes of a payload that is fixed in the form. */
function showPreview(node: EditedNode, form: Form): void {
  const type = form.value("payloadType");
  const payload = String(form.input("payload").val());
  const isShown = isFixed(type) && !rules.isEnvironmentVariable(payload);
  const read = isShown && downlink.fixedPayload(downlink.encodingOf(node), payload, type, Date.now());
  const bytes = read && read.ok ? read.value : undefined;
  $("#tts-downlink-preview").text(bytes === undefined ? "" : inBytes(bytes.length, bytes.hex));
  $("#tts-downlink-size").text(bytes !== undefined && sizeHint(bytes.length) ? say("hint.size") : "");
}

const inBytes = (count: number, hex: string): string =>
  say(count === 1 ? "line.preview-one" : "line.preview", { count, hex });

followConnections();

RED.nodes.registerType<DownlinkProperties>("tts-downlink", {
  category: "The Things Stack",
  categoryDescription: CATEGORY_DESCRIPTION,
  color: "#5FAFBA",
  icon: "tts-downlink.svg",
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: DOWNLINK_DEFAULTS.name, label: say("label.name") },
    connection: {
      value: DOWNLINK_DEFAULTS.connection,
      type: "tts-connection",
      required: true,
      label: say("label.connection"),
    },
    device: {
      value: DOWNLINK_DEFAULTS.device,
      label: say("label.device"),
      validate: downlink.typed("device"),
    },
    deviceType: { value: DOWNLINK_DEFAULTS.deviceType, label: say("label.device") },
    operation: {
      value: DOWNLINK_DEFAULTS.operation,
      label: say("label.queue"),
      validate: downlink.typed("operation"),
    },
    operationType: { value: DOWNLINK_DEFAULTS.operationType, label: say("label.queue") },
    fPort: { value: DOWNLINK_DEFAULTS.fPort, label: say("label.f-port"), validate: downlink.typed("fPort") },
    fPortType: { value: DOWNLINK_DEFAULTS.fPortType, label: say("label.f-port") },
    payload: { value: DOWNLINK_DEFAULTS.payload, label: say("label.payload"), validate: downlink.payload },
    payloadType: { value: DOWNLINK_DEFAULTS.payloadType, label: say("label.payload") },
    encoding: {
      value: DOWNLINK_DEFAULTS.encoding,
      label: say("label.encoding"),
      validate: downlink.plain("encoding"),
    },
    priority: {
      value: DOWNLINK_DEFAULTS.priority,
      label: say("label.priority"),
      validate: downlink.typed("priority"),
    },
    priorityType: { value: DOWNLINK_DEFAULTS.priorityType, label: say("label.priority") },
    confirmed: {
      value: DOWNLINK_DEFAULTS.confirmed,
      label: say("label.confirmed"),
      validate: downlink.typed("confirmed"),
    },
    confirmedType: { value: DOWNLINK_DEFAULTS.confirmedType, label: say("label.confirmed") },
    maxAttempts: {
      value: DOWNLINK_DEFAULTS.maxAttempts,
      label: say("label.max-attempts"),
      validate: downlink.typed("maxAttempts"),
    },
    maxAttemptsType: { value: DOWNLINK_DEFAULTS.maxAttemptsType, label: say("label.max-attempts") },
    correlationIds: {
      value: DOWNLINK_DEFAULTS.correlationIds,
      label: say("label.correlation-ids"),
      validate: downlink.typed("correlationIds"),
    },
    correlationIdsType: { value: DOWNLINK_DEFAULTS.correlationIdsType, label: say("label.correlation-ids") },
    gateways: {
      value: DOWNLINK_DEFAULTS.gateways,
      label: say("label.gateways"),
      validate: downlink.plain("gateways"),
    },
    absoluteTime: {
      value: DOWNLINK_DEFAULTS.absoluteTime,
      label: say("label.absolute-time"),
      validate: downlink.typed("absoluteTime"),
    },
    absoluteTimeType: { value: DOWNLINK_DEFAULTS.absoluteTimeType, label: say("label.absolute-time") },
    report: { value: DOWNLINK_DEFAULTS.report, label: say("label.report"), validate: downlink.report },
    timeout: {
      value: DOWNLINK_DEFAULTS.timeout,
      label: say("label.timeout"),
      validate: validator(rules.timeout),
    },
    offline: {
      value: DOWNLINK_DEFAULTS.offline,
      label: say("label.offline"),
      validate: validator(rules.oneOf(DOWNLINK_CHOICES.offline)),
    },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    if (this.name) return this.name;
    const operation = saved(this, "operation");
    const word = isFixed(saved(this, "operationType")) ? OPERATION_WORDS[operation] : undefined;
    const to = `${word === undefined ? source(this, "operation") : this._(word)} → ${source(this, "device")}`;
    if (
      word === OPERATION_WORDS.clear ||
      word === OPERATION_WORDS.list ||
      saved(this, "encoding") === "downlinks"
    )
      return to;
    const port = isDefault(this, "fPort") ? [] : [`${this._("label.f-port")} ${source(this, "fPort")}`];
    const priority = isDefault(this, "priority") ? [] : [source(this, "priority")];
    return [to, ...port, ...priority].join(" · ");
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  outputLabels() {
    const fixed = isFixed(saved(this, "operationType")) ? saved(this, "operation") : "";
    return this._(OUTPUT_WORDS[fixed] ?? REPORT_WORDS[saved(this, "report")] ?? "label.when-queued");
  },
  onadd() {
    takeConnection(this);
  },
  oneditprepare() {
    const form = new Form(this, "node-input");
    makeTyped(form, "device", [TYPE_STRING]);
    makeTyped(form, "fPort", ["num"]);
    if (isFixed(form.value("priorityType"))) form.set("priority", form.value("priority").toUpperCase());
    const priorities = [...PRIORITIES].reverse().map((priority): [string, string] => [priority, priority]);
    makeTyped(form, "priority", [listed(form, "priority", "str", "az", priorities)]);
    makeTyped(form, "confirmed", [
      listed(form, "confirmed", "bool", "bool", [
        ["false", say("option.unconfirmed")],
        ["true", say("option.confirmed")],
      ]),
    ]);
    makeTyped(form, "maxAttempts", ["num"]);
    makeTyped(form, "correlationIds", ["str", "json"]);
    makeTyped(form, "absoluteTime", ["str", "num"]);

    let encoding = downlink.encodingOf(this);
    makeTyped(form, "payload", [FIXED_TYPE[encoding]]);
    form.follow(["encoding"], () => {
      const chosen = downlink.encodingOf(this);
      if (chosen !== encoding) retype(form, "payload", [FIXED_TYPE[chosen]]);
      encoding = chosen;
      $("#tts-downlink-example").text(say("help.example", { example: EXAMPLES[encoding] }));
      showOnly("data-encoding", encoding);
    });
    form.follow(["payload", "encoding"], () => showPreview(this, form));
    offerBytes(form, $("#tts-downlink-encoder"), () => {
      const isFixedPayload = isFixed(form.value("payloadType")) && downlink.encodingOf(this) === "decoded";
      const isServed = limitsOf(form.value("connection")).list;
      return (
        isServed && isFixedPayload && ["device", "fPort"].every((name) => isFixed(form.value(`${name}Type`)))
      );
    });

    const isFixedNow = (name: string): boolean => isFixed(form.value(`${name}Type`));
    const device = (): { devices: string } => ({ devices: isFixedNow("device") ? form.value("device") : "" });
    suggest(form, form.typedField("device"), "devices", { isOn: () => isFixedNow("device") });
    suggest(form, form.typedField("fPort"), "ports", { isOn: () => isFixedNow("fPort"), scope: device });

    const list = new GatewayList($("#tts-downlink-gateways"), this.gateways, (input) =>
      suggest(form, input, "gateways", { scope: device }),
    );
    gatewayList = list;
    const validateGateways = downlink.plain("gateways");
    const showGateways = (): void => {
      const result = validateGateways.call(this, list.gateways(), {});
      $("#tts-downlink-gateways-reason").text(result === true ? "" : result);
      if (result !== true) $("#tts-downlink-class-b-c").prop("open", true);
    };
    list.follow(showGateways);
    if (list.gateways().length > 0) $("#tts-downlink-class-b-c").prop("open", true);

    makeChoice(
      form,
      {
        name: "operation",
        buttons: $("input[name='tts-downlink-queue']"),
        from: $("#tts-downlink-queue-from"),
        value: $("#tts-downlink-queue-value"),
        type: $("#tts-downlink-queue-type"),
        link: $("#tts-downlink-queue-link"),
        usual: "operation",
      },
      (fixed) => showOnly("data-queue", fixed ?? "from"),
    );
    form.follow(["connection", "operation", "encoding", "confirmed", "report"], () => {
      showGateways();
      showFields(this, form);
    });
    form.unfold();
  },
  oneditsave() {
    if (gatewayList) this.gateways = gatewayList.gateways();
    gatewayList = undefined;
    Form.close(this);
  },
  oneditcancel() {
    gatewayList = undefined;
    Form.close(this);
  },
});
