/** What a conversion makes, or has made, of nodes, in words: what is to be done, and what could not be carried over. */
import type { Conversion, Note } from "../conversion/convert";
import { textsOf } from "../../../nodes/shared/editor/text";
import { text } from "./text";

const WIDTH = 620;
const DOCS = "https://github.com/tts-flows/node-red-the-things-stack/blob/main/docs";
const GUIDES: Readonly<Record<Conversion["origin"], string>> = {
  ttn: `${DOCS}/migrating-from-ttn-v2.md`,
  mqtt: `${DOCS}/from-core-mqtt.md`,
};

/** A notification takes up to 80 % of the window: its button stays in view. The frame shows where there is more to scroll to. */
const LIST = {
  maxHeight: "calc(80vh - 200px)",
  overflowY: "auto",
  margin: "8px 0",
  paddingLeft: "18px",
  paddingBottom: "4px",
  border: "1px solid var(--red-ui-secondary-border-color)",
};

const LINK = { color: "var(--red-ui-text-color-link)" };

/** What the form of a downlink calls its encodings. */
const ofDownlink = textsOf("tts-downlink");

interface Button {
  readonly label: string;
  readonly act?: () => void;
}

/** What was done. */
export function showReport(conversion: Conversion): void {
  const head = text("migration.done", { number: conversion.converted });
  show(conversion, [head, text("migration.check")], [{ label: text("migration.close") }]);
}

/** What would be done: nodes that work are not exchanged unasked. */
export function showReview(conversion: Conversion, act: () => void): void {
  const number = conversion.converted;
  if (number === 0)
    show(conversion, [text("migration.review-nothing")], [{ label: text("migration.close") }]);
  else
    show(
      conversion,
      [text("migration.review", { number }), text("migration.review-check")],
      [{ label: text("migration.cancel") }, { label: text("migration.convert"), act }],
    );
}

/** Names in notes come from flows of others: text, never markup. */
function show(
  { origin, notes }: Conversion,
  [head = "", ...lines]: readonly string[],
  buttons: readonly Button[],
): void {
  const list = $("<ul>").css(LIST);
  for (const [node, own] of byNode(notes)) list.append(entryOf(node, own));
  const content = $("<div>").append(
    $("<p>").append($("<strong>").text(head)),
    lines.map((line) => $("<p>").text(line)),
    list,
    $("<p>").append(
      $("<a>", { href: GUIDES[origin], target: "_blank", rel: "noopener" })
        .css(LINK)
        .text(text("migration.guide")),
    ),
  );
  const notification = RED.notify(content, {
    id: "tts-connection-migration-report",
    fixed: true,
    width: WIDTH,
    buttons: buttons.map(({ label, act }, index) => ({
      text: label,
      ...(index === buttons.length - 1 ? { class: "primary" } : {}),
      click: () => {
        notification.close();
        act?.();
      },
    })),
  });
  // Below what the editor says about missing types, its button would be out of a window that is not high.
  $(notification).prependTo("#red-ui-notifications");
}

export function byNode(notes: readonly Note[]): ReadonlyMap<string, readonly Note[]> {
  const nodes = new Map<string, Note[]>();
  for (const note of notes) {
    const own = nodes.get(note.node);
    if (own) own.push(note);
    else nodes.set(note.node, [note]);
  }
  return nodes;
}

/** What a node is called that notes are about. */
export const nameIn = (notes: readonly Note[]): string => String(notes[0]?.values.node ?? notes[0]?.node);

export const lineOf = ({ key, values }: Note): string => text(key, inWords(values));

function entryOf(node: string, notes: readonly Note[]): JQuery {
  const lines = notes.map((note) => $("<li>").text(lineOf(note)));
  return $("<li>").append(nameOf(node, nameIn(notes)), $("<ul>").append(lines));
}

/** A link to the node, once it is there. */
function nameOf(node: string, name: string): JQuery {
  if (!RED.nodes.node(node)) return $("<span>").text(name);
  return $("<a>", { href: "#" })
    .css(LINK)
    .text(name)
    .on("click", (event) => {
      event.preventDefault();
      RED.view.reveal(node, true);
    });
}

function inWords(values: Note["values"]): Note["values"] {
  const { encoding } = values;
  return encoding === undefined ? values : { ...values, encoding: ofDownlink(`option.${encoding}`) };
}
