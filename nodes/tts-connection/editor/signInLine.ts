/** The line that says who signs in where, as far as the form is filled in. */
import { SERVICE_TRAITS } from "../../../src/stack/services";
import { userName } from "../../../src/stack/identifiers";
import type { Form } from "../../shared/editor/form";
import * as rules from "../../shared/editor/rules";
import { text } from "../../shared/editor/text";
import { isHidden, serverIn } from "./server";
import { serviceIn } from "./services";

export function makeSignInLine(form: Form, line: JQuery): void {
  form.follow(["service", "host", "port", "useTls", "applicationId", "tenantId", "username"], () =>
    line.text(describe(form)),
  );
}

function describe(form: Form): string {
  const service = serviceIn(form);
  // It is said at the service what it is.
  if (SERVICE_TRAITS[service].builtIn) return "";
  const host = form.value("host");
  const applicationId = form.value("applicationId");
  const user = {
    stack: applicationId && userName(applicationId, form.value("tenantId")),
    pubsub: form.value("username"),
    v2: applicationId,
    demo: "",
  }[service];
  if (rules.host(host) && !isHidden(host)) return text("line.no-host");
  if (user === "" && !SERVICE_TRAITS[service].throughBroker) return text("line.no-application");
  const values = {
    user,
    server: serverIn(form),
    security: text(form.isChecked("useTls") ? "line.encrypted" : "line.not-encrypted"),
  };
  return text(user === "" ? "line.anonymous" : "line.signs-in", values);
}
