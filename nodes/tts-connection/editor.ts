import { SERVICE_TRAITS, SERVICES } from "../../src/stack/services";
import { usualPort } from "../../src/stack/address";
import { userName } from "../../src/stack/identifiers";
import { Form } from "../shared/editor/form";
import { prefixOf, valueNow } from "../shared/editor/openForms";
import * as rules from "../shared/editor/rules";
import type { EditedNode, Validator } from "../shared/editor/red";
import { text } from "../shared/editor/text";
import { flag, missingIsEmpty, validator, validatorBy } from "../shared/editor/validators";
import { bodyOf } from "./editor/ask";
import { makeClusterField } from "./editor/clusterField";
import { makeConsoleTable } from "./editor/consoleTable";
import { followEditors } from "./editor/functionTypes";
import { KeyField } from "./editor/keyField";
import { followPastes } from "./editor/pasting";
import { shownHost } from "./editor/server";
import { makeServiceChoice, toService } from "./editor/services";
import { makeSignInLine } from "./editor/signInLine";
import { followStoredKeys, lacksKey } from "./editor/storedKeys";
import { TestButton } from "./editor/testButton";
import { isSameTopics, TopicTable } from "./editor/topicTable";
import {
  CONNECTION_DEFAULTS,
  type ConnectionCredentials,
  type ConnectionProperties,
} from "../../src/stack/connectionProperties";

/** What a form has while it is open: there is only one at a time. */
interface OpenParts {
  readonly topics: TopicTable;
  readonly key: KeyField;
  readonly test: TestButton;
}

let parts: OpenParts | undefined;

/** The TLS configuration and the usual port follow the encryption. */
function followEncryption(form: Form): void {
  let encrypted = form.isChecked("useTls");
  form.follow(["useTls"], () => {
    const before = encrypted;
    encrypted = form.isChecked("useTls");
    // A port that was the usual one stays the usual one.
    if (encrypted !== before && form.value("port") === String(usualPort(before))) form.set("port", "");
    form.row("tls").toggle(encrypted);
    $("#tts-connection-tls-off").toggle(!encrypted);
    form.input("port").attr("placeholder", usualPort(encrypted));
  });
}

/** @param isNew nothing is missing yet before the user has been to the table */
function makeTopicTable(form: Form, topics: unknown, isNew: boolean): TopicTable {
  const table = new TopicTable($("#tts-connection-topics"), topics);
  let isLookedAt = !isNew;
  const showReason = (): void => {
    const reason = rules.topics(table.topics(), form.value("sharedGroup"));
    // What is wrong with a single sub topic is said at that one.
    const isOfAll = reason !== undefined && reason.key !== "validation.topic";
    $("#tts-connection-topics-reason").text(isOfAll && isLookedAt ? text(reason.key, reason.values) : "");
  };
  $("#tts-connection-topics").on("focusout", () => {
    isLookedAt = true;
    showReason();
  });
  table.follow(showReason);
  form.follow(["sharedGroup"], showReason);
  $("#tts-connection-usual-topics").on("click", () => table.fillUsual());
  return table;
}

const isBuiltIn = ({ service }: { readonly service?: unknown }): boolean =>
  SERVICE_TRAITS[toService(service)].builtIn;

/** For what the form has no field where the stack comes with the package: whatever stands there is of no account. */
const entered = (rule: rules.Rule): Validator => {
  const check = validator(rule);
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, options) {
    return isBuiltIn({ service: valueNow(this, "service") }) || check.call(this, value, options);
  };
};

/** Who signs in where, as the name of a connection that has none. */
function identity(
  node: Pick<ConnectionProperties, "service" | "host" | "applicationId" | "tenantId" | "baseTopic">,
): string {
  if (isBuiltIn(node)) return text("label.demo");
  const { host, applicationId, tenantId } = node;
  const account = {
    stack: applicationId && userName(applicationId, tenantId),
    pubsub: node.baseTopic,
    v2: applicationId,
    demo: "",
  }[toService(node.service)];
  return account ? text("label.identity", { account, host }) : text("label.identity-unknown", { host });
}

const missingKey = (service: string): string =>
  SERVICE_TRAITS[toService(service)].generation === "v2"
    ? `${text("label.access-key")}: ${text("validation.access-key-required")}`
    : `${text("label.api-key")}: ${text("validation.api-key-required")}`;

function closeParts(): void {
  parts?.test.stop();
  parts?.key.stop();
  parts = undefined;
}

RED.nodes.registerType<ConnectionProperties, ConnectionCredentials>("tts-connection", {
  category: "config",
  icon: "tts-connection.svg",
  defaults: {
    name: { value: CONNECTION_DEFAULTS.name, label: text("label.name") },
    service: {
      value: CONNECTION_DEFAULTS.service,
      label: text("label.service"),
      // The editor validates no credentials but in an open form, where the field of the key says it.
      // It accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        if (prefixOf(this) === undefined && lacksKey(this)) return missingKey(valueNow(this, "service"));
        return validator(rules.oneOf(SERVICES)).call(this, value, options);
      },
    },
    host: {
      value: CONNECTION_DEFAULTS.host,
      label: text("label.host"),
      validate: entered(rules.host),
    },
    port: { value: CONNECTION_DEFAULTS.port, label: text("label.port"), validate: entered(rules.port) },
    useTls: {
      value: CONNECTION_DEFAULTS.useTls,
      label: text("label.tls"),
      // The editor accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        return typeof value === "boolean" || entered(rules.encryption).call(this, value, options);
      },
    },
    tls: {
      value: CONNECTION_DEFAULTS.tls,
      type: "tls-config",
      required: false,
      label: text("label.tls-config"),
    },
    applicationId: {
      value: CONNECTION_DEFAULTS.applicationId,
      label: text("label.application-id"),
      validate: missingIsEmpty(
        validatorBy("service", {
          stack: rules.applicationId,
          pubsub: rules.optionalApplicationId,
          v2: rules.v2ApplicationId,
        }),
      ),
    },
    tenantId: {
      value: CONNECTION_DEFAULTS.tenantId,
      label: text("label.tenant-id"),
      validate: validatorBy("service", { stack: rules.tenantId }),
    },
    api: {
      value: CONNECTION_DEFAULTS.api,
      label: text("label.api"),
      validate: validatorBy("service", { stack: rules.api }),
    },
    proxy: {
      value: CONNECTION_DEFAULTS.proxy,
      label: text("label.proxy"),
      validate: entered(rules.proxy),
    },
    backfill: {
      value: CONNECTION_DEFAULTS.backfill,
      label: text("label.backfill"),
      // The editor accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        return valueNow(this, "service") !== "stack" || flag.call(this, value, options);
      },
    },
    clientId: {
      value: CONNECTION_DEFAULTS.clientId,
      label: text("label.client-id"),
      validate: entered(rules.anyText),
    },
    keepalive: {
      value: CONNECTION_DEFAULTS.keepalive,
      label: text("label.keepalive"),
      validate: entered(rules.keepalive),
    },
    downlinksPerMinute: {
      value: CONNECTION_DEFAULTS.downlinksPerMinute,
      label: text("label.downlinks-per-minute"),
      validate: entered(rules.downlinksPerMinute),
    },
    holdMax: {
      value: CONNECTION_DEFAULTS.holdMax,
      label: text("label.hold-max"),
      validate: entered(rules.holdMax),
    },
    holdFor: {
      value: CONNECTION_DEFAULTS.holdFor,
      label: text("label.hold-for"),
      validate: entered(rules.holdFor),
    },
    baseTopic: {
      value: CONNECTION_DEFAULTS.baseTopic,
      label: text("label.base-topic"),
      validate: validatorBy("service", { pubsub: rules.topicPart }),
    },
    topics: {
      value: CONNECTION_DEFAULTS.topics,
      label: text("label.topics"),
      // The editor accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        return validatorBy("service", {
          pubsub: () => rules.topics(value, valueNow(this, "sharedGroup")),
        }).call(this, "", options);
      },
    },
    qos: {
      value: CONNECTION_DEFAULTS.qos,
      label: text("label.qos"),
      validate: validatorBy("service", { pubsub: rules.qos }),
    },
    sharedGroup: {
      value: CONNECTION_DEFAULTS.sharedGroup,
      label: text("label.shared-group"),
      validate: validatorBy("service", { pubsub: rules.sharedGroup }),
    },
  },
  credentials: {
    apiKey: {
      type: "password",
      label: text("label.api-key"),
      validate: validatorBy("service", { stack: rules.apiKey, v2: rules.accessKey }),
    },
    username: {
      type: "text",
      label: text("label.username"),
      validate: validatorBy("service", { pubsub: rules.userName }),
    },
    password: { type: "password", label: text("label.password") },
    proxyUsername: { type: "text", label: text("label.proxy-username") },
    proxyPassword: { type: "password", label: text("label.proxy-password") },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    const label = this.name || identity(this);
    const isSetUp = Boolean(this.name || this.applicationId);
    return isSetUp && lacksKey(this) ? text("label.without-key", { label }) : label;
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  oneditprepare() {
    const isNew = RED.nodes.node(this.id) === undefined;
    const form = new Form(this, "node-config-input", { isNew });
    makeServiceChoice(form, toService(this.service));
    followEncryption(form);
    form.follow(["host"], () =>
      form.input("api").attr("placeholder", `https://${shownHost(form.value("host")) || "…"}/api/v3`),
    );
    // Without the API there is nothing to fetch from. What was chosen stays.
    form.follow(["api"], () => form.input("backfill").prop("disabled", form.value("api").trim() === "off"));
    // Those of the environment have theirs in their URL.
    form.follow(["proxy"], () => {
      const isEntered = !["", "none"].includes(form.value("proxy").trim().toLowerCase());
      for (const name of ["proxyUsername", "proxyPassword"]) form.row(name).toggle(isEntered);
    });
    makeSignInLine(form, $("#tts-connection-line > span"));

    const topics = makeTopicTable(form, this.topics, isNew);
    const body = (): string => bodyOf(this.id, form, topics.topics());
    const test = new TestButton(form, body);
    // A connection that was there before has a host that the user chose.
    const key = new KeyField(form, body, !isNew);
    const onHost = (): void => key.chooseHost();
    makeClusterField(form, $("#tts-connection-cluster"), onHost);
    followPastes(form, $("#tts-connection-filled-in"), onHost);
    makeConsoleTable(form, $("#tts-connection-console"));
    parts = { topics, key, test };
    form.unfold();
  },
  oneditsave() {
    // The same as before is no change, in whatever order it stands in the flow.
    const topics = parts?.topics.topics();
    if (topics && !isSameTopics(topics, this.topics)) this.topics = topics;
    closeParts();
    Form.close(this);
  },
  oneditcancel() {
    closeParts();
    Form.close(this);
  },
  oneditdelete() {
    closeParts();
    Form.close(this);
  },
  onpaletteadd() {
    followStoredKeys();
    followEditors();
  },
});
