/** The fold in the form that shows what the deployed node knows. */
import { askDeployed, field, type Answer } from "../../shared/editor/admin";
import type { Form } from "../../shared/editor/form";
import { whyNone, whySilent } from "../../shared/editor/suggest";
import { textsOf } from "../../shared/editor/text";
import { agoText, numberText } from "../../shared/editor/times";

const say = textsOf("tts-watch");

const AGAIN_MS = 3_000;

const STATES: Readonly<Record<string, string>> = {
  online: "option.online",
  silent: "option.silent",
  offline: "option.offline",
  unknown: "option.unknown",
};

const withUnit = (value: string, unit: string): string =>
  value === "" ? "" : `${numberText(Number(value))} ${unit}`;

function lastSeen(row: unknown, now: number): string {
  const at = field(row, "lastSeen");
  return at === "" ? "" : agoText(now - Number(at));
}

/** Nothing where nothing was heard of which a part could be lost. */
function lost(row: unknown): string {
  const [received, part] = [field(row, "received"), field(row, "lossRate")];
  return part === "" || received === "0" ? "" : `${Math.round(100 * Number(part))} %`;
}

type Column = readonly [label: string, text: (row: unknown, now: number) => string];

const COMMON: readonly Column[] = [
  ["label.id", (row) => field(row, "id")],
  ["label.state", (row) => say(STATES[field(row, "state")] ?? "option.unknown")],
  ["label.last-seen", lastSeen],
];

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  devices: [
    ...COMMON,
    ["label.lost", lost],
    ["label.battery", (row) => withUnit(field(row, "battery"), "%")],
    ["label.margin", (row) => withUnit(field(row, "margin"), "dB")],
  ],
  gateways: [
    ...COMMON,
    ["label.uplinks", (row) => field(row, "uplinks")],
    ["label.round-trip", (row) => withUnit(field(row, "roundTrip"), "ms")],
  ],
};

/**
 * Only what has changed is written: who selects an ID to copy it keeps the selection. The table is no live region, because its
 * times change every few seconds. What comes from the wire goes into no template.
 */
function fill(table: JQuery, columns: readonly Column[], rows: readonly unknown[], now: number): void {
  const lines = rows.map((row) => columns.map(([, text]) => text(row, now)));
  const texts = rows.length === 0 ? [] : [columns.map(([label]) => say(label)), ...lines];
  const cells = table
    .find("tr")
    .toArray()
    .map((line) => [...line.children]);
  const isAlike =
    cells.length === texts.length && cells.every((line, index) => line.length === texts[index]?.length);
  if (!isAlike) {
    const line = (words: readonly string[], index: number): JQuery =>
      $("<tr>").append(
        words.map((word) => (index === 0 ? $("<th>", { scope: "col" }) : $("<td>")).text(word)),
      );
    table.empty().append(texts.map(line));
    return;
  }
  for (const [index, line] of texts.entries())
    for (const [column, word] of line.entries()) {
      const cell = cells[index]?.[column];
      if (cell && cell.textContent !== word) cell.textContent = word;
    }
}

/** Shows it in the fold `part` while that is open, anew every few seconds, until the form is closed. */
export function showTable(form: Form, part: JQuery, nodeId: string): () => void {
  let timer: number | undefined;
  let isClosed = false;
  const show = (answer: Answer): void => {
    const found: object = answer.ok ? answer.answer : {};
    const given: unknown = Reflect.get(found, "rows");
    const rows: readonly unknown[] = Array.isArray(given) ? given : [];
    const columns = COLUMNS[field(found, "watch")] ?? COMMON;
    fill(part.find("table"), columns, rows, Number(field(found, "now")));
    const remark = remarkOf(answer, rows.length);
    // It is read out each time that it is written.
    if (part.find(".tts-remark").text() !== remark) part.find(".tts-remark").text(remark);
  };
  const ask = async (): Promise<void> => {
    window.clearTimeout(timer);
    // The button that deletes a node closes its form without a word to it.
    if (isClosed || part[0]?.isConnected !== true || part.prop("open") !== true) return;
    const answer =
      form.value("connection") === "" ? undefined : await askDeployed("tts-watch", nodeId, "table", {});
    if (answer) show(answer);
    timer = window.setTimeout(() => void ask(), AGAIN_MS);
  };
  part.on("toggle", () => void ask());
  return () => {
    isClosed = true;
    window.clearTimeout(timer);
  };
}

function remarkOf(answer: Answer, count: number): string {
  if (!answer.ok)
    return ["not_deployed", "disabled"].includes(answer.refusal)
      ? say("line.not-deployed")
      : whyNone(answer.refusal);
  const more = Number(field(answer.answer, "more"));
  if (more > 0) return say("line.more", { count: more });
  if (count > 0) return "";
  const state = field(answer.answer, "state");
  return state === "connected" ? say("line.none") : whySilent(state);
}
