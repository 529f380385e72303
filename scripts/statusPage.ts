/** The part of `docs/when-something-is-wrong.md` that lists every status and every text: made of the catalogue, never by hand. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { statusOfError } from "../nodes/shared/errorStatus";
import { withMadePart } from "./madePart";

const ROOT = path.resolve(__dirname, "..");
export const PAGE = path.join(ROOT, "docs/when-something-is-wrong.md");

/** Each section: its heading, and the families of texts in it. */
const SECTIONS: readonly (readonly [string, readonly string[]])[] = [
  [
    "`connection_failed`: the server is not reached",
    [
      ...[
        "error.host-not-found",
        "error.no-connection",
        "error.no-answer",
        "error.tls-mismatch",
        "error.certificate",
      ],
      ...[
        "error.tls-failed",
        "error.closed",
        "error.connection-lost",
        "error.server-silent",
        "error.client-id-taken",
      ],
      ...["error.proxy", "error.too-large", "error.demo-not-started"],
    ],
  ],
  [
    "`connection_refused`: the server refuses the login",
    ["error.login-refused", "error.key-form", "error.protocol-refused", "error.limit-reached"],
  ],
  ["`subscription_refused`: the server refuses a topic", ["error.topic-refused"]],
  ["`not_configured`: a form is not complete", ["error.not-configured"]],
  ["`invalid_message`: what arrived is no valid message", ["error.invalid-message", "error.home-assistant"]],
  ["`missing_payload`: an uplink without what is wanted of it", ["error.missing-payload"]],
  [
    "`invalid_downlink`: refused before sending",
    ["error.invalid-downlink", "error.expression", "error.command"],
  ],
  ["`not_connected`, `expired`: not sent", ["error.not-connected", "error.expired"]],
  ["`not_accepted`: the stack gave no answer", ["error.not-accepted", "error.network-says"]],
  [
    "`not_encoded`: the formatter made nothing of it",
    ["error.not-encoded", "error.encoder", "error.show-bytes"],
  ],
  [
    "`downlink_failed`, `undelivered`: not sent by a gateway, or not acknowledged",
    ["error.downlink-failed", "error.reported", "error.undelivered"],
  ],
  ["`unanswered`: the connection ended in between", ["error.unanswered"]],
  ["`api_failed`: the HTTP API did not give the queue", ["error.api-failed"]],
  ["`invalid_request`: a question to `tts-watch`", ["error.invalid-request", "error.invalid-request-remove"]],
  ["What the network says", ["network"]],
  ["Warnings", ["warning"]],
  ["In the form", ["error.test"]],
];

interface Catalogue {
  readonly [key: string]: string | Catalogue;
}

const read = (file: string): Catalogue =>
  JSON.parse(readFileSync(path.join(ROOT, file), "utf8")) as Catalogue;

/** The texts of a family, each with its key. */
function textsOf(catalogue: Catalogue, family: string): [string, string][] {
  const [first = "", ...rest] = family.split(".");
  const node = rest.reduce<string | Catalogue | undefined>(
    (within, step) => (typeof within === "object" ? within[step] : undefined),
    catalogue[first],
  );
  if (node === undefined) throw new Error(`no text ${family}`);
  if (typeof node === "string") return [[family, node]];
  return Object.keys(node).flatMap((step) => textsOf(catalogue, `${family}.${step}`));
}

/** A text of the catalogue in a cell of a table: what is filled in is in italics. */
const cell = (text: string): string =>
  text
    .replace(/[<>|*\\{}`[\]]/g, (letter) => `\\${letter}`)
    .replace(/\\([<>])/g, (_, letter: string) => (letter === "<" ? "&lt;" : "&gt;"))
    .replace(/__(\w+?)__/g, "*$1*")
    .replace(/\n/g, " ");

function statusOf(catalogue: Catalogue, key: string): string {
  const status = key.startsWith("error.") ? statusOfError({ key, values: {} }) : undefined;
  if (!status) return "";
  const [[, text] = ["", ""]] = textsOf(catalogue, status.key);
  return cell(text);
}

/** The tables, as Markdown. */
export function statusTables(): string {
  const catalogue = read("nodes/shared/locales/en-US.json");
  const sections = SECTIONS.map(([heading, families]) => {
    const rows = families
      .flatMap((family) => textsOf(catalogue, family))
      .map(([key, text]) => `| ${statusOf(catalogue, key)} | ${cell(text)} |`);
    return [`### ${heading}`, "", "| status | what is said |", "| --- | --- |", ...rows].join("\n");
  });
  return sections.join("\n\n");
}

/** The page with the tables as they should be. */
export const statusPage = (): string =>
  withMadePart(readFileSync(PAGE, "utf8"), "npm run docs:statuses", statusTables());

/** Families of texts that no section has. */
export function familiesLeftOut(): string[] {
  const catalogue = read("nodes/shared/locales/en-US.json");
  const shown = new Set(SECTIONS.flatMap(([, families]) => families));
  const errors = catalogue.error;
  return typeof errors === "object"
    ? Object.keys(errors)
        .map((family) => `error.${family}`)
        .filter((family) => !shown.has(family))
    : [];
}
