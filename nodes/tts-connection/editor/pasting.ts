/** Whatever the Console shows may be pasted into whichever field: each part goes where it belongs. */
import { usualPort } from "../../../src/stack/address";
import { apiKeyForm } from "../../../src/stack/identifiers";
import { LONGEST_PASTE, mendKey, readPasted, type Pasted } from "../../../src/stack/pasted";
import type { Form } from "../../shared/editor/form";
import { text } from "../../shared/editor/text";
import { isHidden } from "./server";
import { traitsIn } from "./services";

const FIELDS = ["host", "applicationId", "tenantId", "apiKey"] as const;

type Field = (typeof FIELDS)[number];

const LABELS: Readonly<Record<Field, string>> = {
  host: "label.host",
  applicationId: "label.application-id",
  tenantId: "label.tenant-id",
  apiKey: "label.api-key",
};

/** What cannot be the value of a field itself. */
const FOREIGN: Readonly<Record<Field, RegExp>> = {
  host: /[\s@:/]|^NNSXS\./,
  applicationId: /[\s@:/.]/,
  tenantId: /[\s@:/.]/,
  apiKey: /\S\s+\S|^v3\/|:\/\/|:\d+$|^[a-z0-9-]+@[a-z0-9-]+$/,
};

/**
 * Wires the fields up.
 * @param note where it is said what was filled in
 * @param onHost called when a host was pasted, before the fields behind it are filled in
 */
export function followPastes(form: Form, note: JQuery, onHost: () => void): void {
  /** Whether something was found that belongs elsewhere, too, or is written differently. */
  const take = (field: Field, given: string): boolean => {
    note.text("");
    const isStack = traitsIn(form).isStackServer;
    if (isHidden(given.trim()) || given.length > LONGEST_PASTE || !FOREIGN[field].test(given.trim()))
      return false;
    if (!isStack && field !== "host") return false;
    const parts = readPasted(given);
    const filled = isStack ? fill(form, parts, onHost) : fillOther(form, parts);
    if (filled.some((name) => name !== field))
      note.text(text("line.filled-in", { fields: filled.map((name) => text(LABELS[name])).join(", ") }));
    return filled.length > 0;
  };
  for (const field of FIELDS) {
    let before = form.value(field);
    form.input(field).on("paste", ({ originalEvent }) => {
      // A field of one line would run the lines of the Console's block into each other.
      const pasted =
        originalEvent instanceof ClipboardEvent ? (originalEvent.clipboardData?.getData("text") ?? "") : "";
      if (!take(field, pasted)) {
        // Beside a key alone there is nothing that belongs elsewhere.
        const mended = mendKey(pasted);
        if (field !== "apiKey" || apiKeyForm(mended) !== "api_key") return;
        form.set(field, mended);
      }
      originalEvent?.preventDefault();
    });
    form.input(field).on("change", () => {
      const given = form.value(field);
      if (field === "apiKey") form.set(field, mendKey(given));
      // What went elsewhere does not stay here.
      if (take(field, given) && form.value(field) === given) form.set(field, before);
      before = form.value(field);
    });
  }
}

/** Fills in what was found, and gives the names of the fields. */
function fill(form: Form, parts: Pasted, onHost: () => void): Field[] {
  const { host, port, tls, applicationId, tenantId, apiKey } = parts;
  const filled: Field[] = [];
  if (tls !== undefined) form.check("useTls", tls);
  if (host !== undefined) {
    setPort(form, port);
    form.set("host", host);
    onHost();
    filled.push("host");
  }
  if (applicationId !== undefined) {
    form.set("applicationId", applicationId);
    filled.push("applicationId");
  }
  if (tenantId !== undefined) {
    form.set("tenantId", tenantId);
    filled.push("tenantId");
  }
  if (apiKey !== undefined) {
    form.set("apiKey", apiKey);
    filled.push("apiKey");
  }
  return filled;
}

/** Other servers: user names of any form. */
function fillOther(form: Form, { host, port, tls, userName }: Pasted): Field[] {
  if (host === undefined) return [];
  if (tls !== undefined) form.check("useTls", tls);
  setPort(form, port);
  form.set("host", host);
  if (userName !== undefined) form.set(traitsIn(form).throughBroker ? "username" : "applicationId", userName);
  return ["host"];
}

function setPort(form: Form, port: number | undefined): void {
  const isUsual = port === undefined || port === usualPort(form.isChecked("useTls"));
  form.set("port", isUsual ? "" : String(port));
}
