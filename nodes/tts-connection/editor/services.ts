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

interface Server {
  readonly host: string;
  readonly port: string;
  readonly useTls: boolean;
}

/** The server that a service begins with; what was typed comes back when it is chosen again. */
const START: Readonly<Record<ServiceName, Server>> = {
  stack: { host: CONNECTION_DEFAULTS.host, port: "", useTls: true },
  pubsub: { host: "", port: "", useTls: true },
  v2: { host: "", port: "", useTls: false },
  demo: { host: CONNECTION_DEFAULTS.host, port: "", useTls: true },
};

const serverNow = (form: Form): Server => ({
  host: form.value("host"),
  port: form.value("port"),
  useTls: form.isChecked("useTls"),
});

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
  if (SERVICE_TRAITS[saved].builtIn && form.value("host") !== "") typed.stack = serverNow(form);
  let service = saved;
  const radios = $("input[name='tts-connection-service']");
  radios.on("change", () => {
    typed[service] = serverNow(form);
    const before = service;
    service = toService(radios.filter(":checked").val());
    // It has no server of its own: the one before waits in the fields.
    if (SERVICE_TRAITS[service].builtIn)
      typed[service] = typed[before].host === "" ? typed.stack : typed[before];
    const { host, port, useTls } = typed[service];
    form.set("service", service);
    form.check("useTls", useTls);
    form.set("port", port);
    form.set("host", host);
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
