import { takeApart, tenantOfHost, usualPort } from "../../src/stack/address";
import { apiKeyForm, userName, type ApiKeyForm } from "../../src/stack/identifiers";
import { Form } from "../shared/editor/form";
import * as rules from "../shared/editor/rules";
import { text } from "../shared/editor/text";
import { readTopics, TopicTable } from "../shared/editor/topicTable";
import { validator, validatorBy } from "../shared/editor/validators";
import { CONNECTION_DEFAULTS, type ConnectionCredentials, type ConnectionProperties } from "./properties";

type ServiceName = ConnectionProperties["service"];

/** What is said about a key that does not look like one; it may still be right on a deployment of its own. */
const KEY_HINTS: Readonly<Partial<Record<ApiKeyForm, string>>> = {
  access_key_v2: "hint.key-access-key-v2",
  key_id: "hint.key-id",
  cut_off: "hint.key-cut-off",
  other: "hint.key-other",
};

/** Host and encryption that a service begins with; what was typed comes back when it is chosen again. */
const START: Readonly<Record<ServiceName, { host: string; useTls: boolean }>> = {
  stack: { host: CONNECTION_DEFAULTS.host, useTls: true },
  pubsub: { host: "", useTls: true },
  v2: { host: "", useTls: false },
};

const HOST_PLACEHOLDERS: Readonly<Record<ServiceName, string>> = {
  stack: "eu1.cloud.thethings.network",
  pubsub: "broker.example.com",
  v2: "eu.thethings.network",
};

const toService = (value: unknown): ServiceName => (value === "pubsub" || value === "v2" ? value : "stack");

/** The table while a form is open: there is only one at a time. */
let topicTable: TopicTable | undefined;

/** A value from outside: a password the editor only knows the existence of, or an environment variable. */
const isHidden = (value: string): boolean => value === "__PWRD__" || rules.isEnvironmentVariable(value);

const shownHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Who signs in where, as far as the form is filled in. */
function describe(form: Form): string {
  const service = toService(form.value("service"));
  const host = form.value("host");
  const applicationId = form.value("applicationId");
  const encrypted = form.isChecked("useTls");
  const user = {
    stack: applicationId && userName(applicationId, form.value("tenantId")),
    pubsub: form.value("username"),
    v2: applicationId,
  }[service];
  if (rules.host(host) && !isHidden(host)) return text("line.no-host");
  if (user === "" && service !== "pubsub") return text("line.no-application");
  const values = {
    user,
    server: `${shownHost(host)}:${form.value("port") || usualPort(encrypted)}`,
    security: text(encrypted ? "line.encrypted" : "line.not-encrypted"),
  };
  return text(user === "" ? "line.anonymous" : "line.signs-in", values);
}

/** Shows what belongs to the chosen service, and where it belongs. */
function showService(service: ServiceName): void {
  $("#node-config-input-host")
    .closest(".tts-form")
    .find("[data-service]")
    .each((_, element) => {
      const services = (element.getAttribute("data-service") ?? "").split(" ");
      $(element).toggle(services.includes(service));
    });
  $("#node-config-input-host").attr("placeholder", HOST_PLACEHOLDERS[service]);
  const isPubsub = service === "pubsub";
  const rowOf = (name: string): JQuery => $(`#node-config-input-${name}`).closest(".form-row");
  // A broker of one's own is on any port; and its application is only needed for downlinks.
  rowOf("port").appendTo(isPubsub ? "#tts-connection-main-port" : "#tts-connection-more-port");
  rowOf("applicationId").appendTo(
    isPubsub ? "#tts-connection-pubsub-application" : "#tts-connection-main-application",
  );
}

/** Takes a URL, `host:port`, `app1@ttn` or a topic apart that was pasted where the host belongs, and fills in the tenant. */
function settleHost(form: Form): void {
  const given = form.value("host");
  if (isHidden(given)) return;
  const service = toService(form.value("service"));
  const parts = takeApart(given);
  if (parts.tls !== undefined) form.check("useTls", parts.tls);
  if (parts.port !== undefined)
    form.set("port", parts.port === usualPort(form.isChecked("useTls")) ? "" : String(parts.port));
  if (service === "pubsub") {
    if (parts.userName !== undefined) form.set("username", parts.userName);
  } else if (parts.applicationId !== undefined) {
    form.set("applicationId", parts.applicationId);
    if (service === "stack") form.set("tenantId", parts.tenantId ?? "");
  }
  if (parts.host !== undefined) form.set("host", parts.host);
  else if (parts.applicationId !== undefined) form.set("host", START[service].host);
  if (service === "stack" && form.value("tenantId") === "")
    form.set("tenantId", tenantOfHost(form.value("host")) ?? "");
}

/** Takes `app1@ttn` or a topic apart that was pasted as application ID. */
function settleApplication(form: Form): void {
  const given = form.value("applicationId");
  if (!/[@/]/.test(given) || toService(form.value("service")) !== "stack") return;
  const { host, applicationId, tenantId } = takeApart(given);
  if (applicationId === undefined) return;
  form.set("applicationId", applicationId);
  if (tenantId !== undefined) form.set("tenantId", tenantId);
  if (host !== undefined) form.set("host", host);
}

RED.nodes.registerType<ConnectionProperties, ConnectionCredentials>("tts-connection", {
  category: "config",
  icon: "tts-connection.svg",
  defaults: {
    name: { value: "", label: text("label.name") },
    service: { value: "stack", label: text("label.service") },
    host: {
      value: "eu1.cloud.thethings.network",
      label: text("label.host"),
      validate: validator(rules.host),
    },
    port: { value: "", label: text("label.port"), validate: validator(rules.port) },
    useTls: { value: true, label: text("label.tls") },
    tls: { value: "", type: "tls-config", required: false, label: text("label.tls-config") },
    applicationId: {
      value: "",
      label: text("label.application-id"),
      validate: validatorBy("service", {
        stack: rules.applicationId,
        pubsub: rules.optionalApplicationId,
        v2: rules.v2ApplicationId,
      }),
    },
    tenantId: {
      value: "",
      label: text("label.tenant-id"),
      validate: validatorBy("service", { stack: rules.tenantId }),
    },
    api: { value: "", label: text("label.api"), validate: validatorBy("service", { stack: rules.api }) },
    clientId: { value: "", label: text("label.client-id") },
    keepalive: { value: "30", label: text("label.keepalive"), validate: validator(rules.keepalive) },
    downlinksPerMinute: {
      value: "",
      label: text("label.downlinks-per-minute"),
      validate: validator(rules.downlinksPerMinute),
    },
    holdMax: { value: "100", label: text("label.hold-max"), validate: validator(rules.holdMax) },
    holdFor: { value: "300", label: text("label.hold-for"), validate: validator(rules.holdFor) },
    baseTopic: {
      value: "",
      label: text("label.base-topic"),
      validate: validatorBy("service", { pubsub: rules.topicPart }),
    },
    topics: {
      value: {},
      label: text("label.topics"),
      // The editor accepts a reason only from a validator with exactly two parameters.
      validate(value, options) {
        return validatorBy("service", { pubsub: () => rules.topics(readTopics(value)) }).call(
          this,
          "",
          options,
        );
      },
    },
    qos: { value: "1", label: text("label.qos") },
    sharedGroup: {
      value: "",
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
    username: { type: "text", label: text("label.username") },
    password: { type: "password", label: text("label.password") },
  },
  paletteLabel() {
    return this._("label.palette");
  },
  label() {
    if (this.name) return this.name;
    const account = {
      stack: this.applicationId && userName(this.applicationId, this.tenantId),
      pubsub: this.baseTopic,
      v2: this.applicationId,
    }[toService(this.service)];
    return account
      ? text("label.identity", { account, host: this.host })
      : text("label.identity-unknown", { host: this.host });
  },
  labelStyle() {
    return this.name ? "node_label_italic" : "";
  },
  oneditprepare() {
    const form = new Form(this, "node-config-input");

    const typed = { ...START };
    let service = toService(this.service);
    const radios = $("input[name='tts-connection-service']");
    radios.on("change", () => {
      typed[service] = { host: form.value("host"), useTls: form.isChecked("useTls") };
      service = toService(radios.filter(":checked").val());
      form.set("service", service);
      form.check("useTls", typed[service].useTls);
      form.set("host", typed[service].host);
    });
    radios.filter(`[value='${service}']`).prop("checked", true);
    form.set("service", service);

    form.follow(["service"], () => showService(toService(form.value("service"))));

    form.input("host").on("change", () => settleHost(form));
    form.input("applicationId").on("change", () => settleApplication(form));
    let encrypted = form.isChecked("useTls");
    form.follow(["useTls"], () => {
      // A port that was the usual one stays the usual one.
      if (form.value("port") === String(usualPort(encrypted))) form.set("port", "");
      encrypted = form.isChecked("useTls");
      form.row("tls").toggle(encrypted);
      $("#tts-connection-tls-off").toggle(!encrypted);
      form.input("port").attr("placeholder", usualPort(encrypted));
    });
    form.follow(["host"], () =>
      form.input("api").attr("placeholder", `https://${shownHost(form.value("host")) || "…"}/api/v3`),
    );
    form.follow(["apiKey", "service"], () => {
      const key = form.value("apiKey");
      const hint = KEY_HINTS[apiKeyForm(key)];
      const isShown = hint !== undefined && form.value("service") === "stack" && !isHidden(key);
      $("#tts-connection-key-hint").text(isShown ? text(hint) : "");
    });
    form.follow(["service", "host", "port", "useTls", "applicationId", "tenantId", "username"], () =>
      $("#tts-connection-line > span").text(describe(form)),
    );

    const table = new TopicTable($("#tts-connection-topics"), this.topics);
    const showTopics = (): void => {
      const isEmpty = Object.keys(table.topics()).length === 0;
      $("#tts-connection-topics-reason").text(isEmpty ? text("validation.topics-required") : "");
    };
    table.follow(showTopics);
    $("#tts-connection-usual-topics").on("click", () => table.fillUsual());
    topicTable = table;
    form.unfold();
  },
  oneditsave() {
    if (topicTable) this.topics = topicTable.topics();
    Form.close(this);
  },
  oneditcancel() {
    Form.close(this);
  },
  oneditdelete() {
    Form.close(this);
  },
});
