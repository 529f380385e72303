/** What a conversion has made of old nodes, in words: what is to be done, and what could not be carried over. */
import type { Conversion, Note } from "../conversion/convert";
import { textsOf } from "../../../nodes/shared/editor/text";
import { text } from "./text";

const WIDTH = 620;
const GUIDE =
  "https://github.com/tts-flows/node-red-the-things-stack/blob/main/docs/migrating-from-ttn-v2.md";

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

/** Names in notes come from flows of others: text, never markup. */
export function showReport({ converted, notes }: Conversion): void {
  const list = $("<ul>").css(LIST);
  for (const [node, own] of byNode(notes)) list.append(entryOf(node, own));
  const content = $("<div>").append(
    $("<p>").append($("<strong>").text(text("migration.done", { number: converted }))),
    $("<p>").text(text("migration.check")),
    list,
    $("<p>").append(
      $("<a>", { href: GUIDE, target: "_blank", rel: "noopener" }).css(LINK).text(text("migration.guide")),
    ),
  );
  const notification = RED.notify(content, {
    id: "tts-connection-migration-report",
    fixed: true,
    width: WIDTH,
    buttons: [{ text: text("migration.close"), class: "primary", click: () => notification.close() }],
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
  const reveal = $("<a>", { href: "#" })
    .css(LINK)
    .text(nameIn(notes))
    .on("click", (event) => {
      event.preventDefault();
      RED.view.reveal(node, true);
    });
  const lines = notes.map((note) => $("<li>").text(lineOf(note)));
  return $("<li>").append(reveal, $("<ul>").append(lines));
}

function inWords(values: Note["values"]): Note["values"] {
  const { encoding } = values;
  return encoding === undefined ? values : { ...values, encoding: ofDownlink(`option.${encoding}`) };
}
