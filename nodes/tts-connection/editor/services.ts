/** The service at the top of the form: only what belongs to it is shown below. */
import type { Form } from "../../shared/editor/form";
import { isEnvironmentVariable } from "../../shared/editor/rules";
import { showOnly } from "../../shared/editor/showOnly";
import { CONNECTION_DEFAULTS } from "../../../src/stack/connectionProperties";
import {
  isServiceName,
  SERVICE_TRAITS,
  type ServiceName,
  type ServiceTraits,
} from "../../../src/stack/services";

/** Host and encryption that a service begins with; what was typed comes back when it is chosen again. */
const START: Readonly<Record<ServiceName, { host: string; useTls: boolean }>> = {
  stack: { host: CONNECTION_DEFAULTS.host, useTls: true },
  pubsub: { host: "", useTls: true },
  v2: { host: "", useTls: false },
  demo: { host: CONNECTION_DEFAULTS.host, useTls: true },
};

const HOST_PLACEHOLDERS: Readonly<Record<ServiceName, string>> = {
  stack: "tts.example.com",
  pubsub: "broker.example.com",
  v2: "v2.example.com",
  demo: "",
};

export const toService = (value: unknown): ServiceName =>
  isServiceName(value) ? value : CONNECTION_DEFAULTS.service;

export const serviceIn = (form: Form): ServiceName => toService(form.value("service"));

export const traitsIn = (form: Form): ServiceTraits => SERVICE_TRAITS[serviceIn(form)];

export function makeServiceChoice(form: Form, saved: ServiceName): void {
  const typed = { ...START };
  // What the account before the demo had waits for its return.
  if (SERVICE_TRAITS[saved].builtIn && form.value("host") !== "")
    typed.stack = { host: form.value("host"), useTls: form.isChecked("useTls") };
  let service = saved;
  const radios = $("input[name='tts-connection-service']");
  radios.on("change", () => {
    typed[service] = { host: form.value("host"), useTls: form.isChecked("useTls") };
    const before = service;
    service = toService(radios.filter(":checked").val());
    if (SERVICE_TRAITS[service].builtIn) typed[service] = typed[before];
    form.set("service", service);
    form.check("useTls", typed[service].useTls);
    form.set("host", typed[service].host);
  });
  // What a variable will be is not known: it stays until the user chooses.
  if (!isEnvironmentVariable(form.value("service"))) {
    radios.filter(`[value='${service}']`).prop("checked", true);
    form.set("service", service);
  }
  form.follow(["service"], () => showService(form, serviceIn(form)));
}

/** Shows what belongs to a service, and where it belongs. */
function showService(form: Form, service: ServiceName): void {
  showOnly("data-service", service);
  form.input("host").attr("placeholder", HOST_PLACEHOLDERS[service]);
  const { throughBroker } = SERVICE_TRAITS[service];
  // A broker of the user's own is on any port; and its application is only needed for downlinks.
  form.row("port").appendTo(throughBroker ? "#tts-connection-main-port" : "#tts-connection-more-port");
  form
    .row("applicationId")
    .appendTo(throughBroker ? "#tts-connection-pubsub-application" : "#tts-connection-main-application");
}
