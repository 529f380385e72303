/** Pub/Sub: what is to be entered in the Console so that it publishes where the form says. Never the client ID or a password. */
import type { Form } from "../../shared/editor/form";
import * as rules from "../../shared/editor/rules";
import { text } from "../../shared/editor/text";
import { copyButton } from "./copyButton";
import { serverIn } from "./server";

/** The words of the list, which may not be in it yet. */
const QOS: Readonly<Record<string, string>> = {
  "0": "option.qos-0",
  "1": "option.qos-1",
  "2": "option.qos-2",
};

interface Row {
  readonly label: string;
  readonly value: string;
}

function rowsOf(form: Form): Row[] {
  const hasHost = rules.host(form.value("host")) === undefined;
  const scheme = form.isChecked("useTls") ? "mqtts" : "mqtt";
  return [
    { label: text("label.provider"), value: "MQTT" },
    { label: text("label.format"), value: "JSON" },
    { label: text("label.server-url"), value: hasHost ? `${scheme}://${serverIn(form)}` : "" },
    { label: text("label.qos"), value: text(QOS[form.value("qos")] ?? "option.qos-1") },
    { label: text("label.base-topic"), value: form.value("baseTopic") },
  ];
}

export function makeConsoleTable(form: Form, table: JQuery): void {
  form.follow(["service", "host", "port", "useTls", "qos", "baseTopic"], () => {
    const focused = table.find("button").index(document.activeElement ?? document.body);
    table.empty();
    for (const { label, value } of rowsOf(form)) {
      table.append($("<dt>").text(label));
      const entry = $("<dd>").append($("<code>").text(value || "–"));
      if (value !== "") entry.append(copyButton(label, () => value));
      table.append(entry);
    }
    if (focused !== -1) table.find("button").eq(focused).trigger("focus");
  });
}
