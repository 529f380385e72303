/** A list of objects with a few fields each, which a user adds, sorts and removes. */
import { isJsonObject } from "../../../src/stack/check";
import { nameRemoval, onceChanged, rowsIn } from "../../shared/editor/listRows";

export interface RowField {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  /** Value and words; without them it is typed. */
  readonly options?: readonly (readonly [value: string, words: string])[];
  /** As much room as a part of six. */
  readonly width: 1 | 2 | 3 | 4 | 6;
  /** What a value of a flow is in the list. */
  readonly read?: (value: string) => string;
  /** Whether it means something beside the others. */
  readonly isShown?: (row: Row) => boolean;
}

/** What is typed, right or wrong. */
export type Row = Readonly<Record<string, string>>;

/** As the run time reads it. */
const asText = (value: unknown): string => {
  if (isJsonObject(value)) return JSON.stringify(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
};

/** What a row was made of, and what was shown of it then. */
const ITEM = "tts-item";
const SHOWN = "tts-shown";

const objectsIn = (value: unknown): readonly object[] =>
  Array.isArray(value)
    ? value.filter((item): item is object => typeof item === "object" && item !== null)
    : [];

export class RowList {
  readonly #list: JQuery;
  readonly #fields: readonly RowField[];
  readonly #first: Row;
  #listener = (): void => undefined;

  /** @param first what a new row has */
  constructor(list: JQuery, fields: readonly RowField[], value: unknown, first: Row) {
    this.#list = list;
    this.#fields = fields;
    this.#first = first;
    list.editableList({
      height: "auto",
      sortable: true,
      removable: true,
      scrollOnAdd: false,
      addItem: (container: JQuery, _index: number, item: object) => this.#fill(container, item),
      // Both are called before the list has changed.
      removeItem: () => onceChanged(list, () => this.#listener()),
      sortItems: () => onceChanged(list, () => this.#listener()),
    });
    list.editableList("addItems", [...objectsIn(value)]);
  }

  /** Calls `listener` now and after every change. */
  follow(listener: () => void): void {
    this.#listener = listener;
    listener();
  }

  /**
   * What is in the rows, without fields that are empty or mean nothing. A row that was not changed is as it stands in the flow, and what
   * a later version may know of is kept.
   * @param made what becomes of one that was
   */
  rows(made: (row: Row) => object = (row) => row): object[] {
    return rowsIn(this.#list).map((element) => {
      const row = element.find(".tts-row");
      const item: unknown = row.data(ITEM);
      const known = typeof item === "object" && item !== null ? item : {};
      if (row.data(SHOWN) === JSON.stringify(this.#typedIn(row))) return known;
      const others = Object.entries(known).filter(([name]) =>
        this.#fields.every((each) => each.name !== name),
      );
      return { ...made(this.#rowIn(row)), ...Object.fromEntries(others) };
    });
  }

  #typedIn(row: JQuery): Row {
    return Object.fromEntries(
      this.#fields.map(({ name }) => [name, asText(row.find(`[data-field='${name}']`).val()).trim()]),
    );
  }

  #rowIn(row: JQuery): Row {
    const typed = this.#typedIn(row);
    const kept = this.#fields.filter(({ name, isShown }) => typed[name] !== "" && isShown?.(typed) !== false);
    return Object.fromEntries(kept.map(({ name }) => [name, typed[name] ?? ""]));
  }

  #fill(container: JQuery, item: object): void {
    const isNew = Object.keys(item).length === 0;
    const cells = this.#fields.map((field) => {
      const written = isNew ? (this.#first[field.name] ?? "") : asText(Reflect.get(item, field.name));
      const value = field.read?.(written) ?? written;
      const input = inputFor(field, value).on("change keyup input", () => {
        this.#showFields(container);
        this.#listener();
      });
      return $("<label>", { class: `tts-cell tts-cell-${field.width}`, "data-cell": field.name })
        .append($("<span>").text(field.label))
        .append(input);
    });
    const row = $("<div>", { class: "tts-row" }).append(cells).appendTo(container);
    nameRemoval(container);
    if (!isNew) row.data(ITEM, item).data(SHOWN, JSON.stringify(this.#typedIn(row)));
    this.#showFields(container);
    if (isNew) setTimeout(() => this.#listener());
  }

  #showFields(container: JQuery): void {
    const typed = Object.fromEntries(
      this.#fields.map(({ name }) => [name, asText(container.find(`[data-field='${name}']`).val())]),
    );
    for (const { name, isShown } of this.#fields)
      container.find(`[data-cell='${name}']`).toggle(isShown?.(typed) !== false);
  }
}

function inputFor({ name, placeholder = "", options }: RowField, value: string): JQuery {
  if (options === undefined)
    return $("<input>", { type: "text", "data-field": name, placeholder, spellcheck: "false" }).val(value);
  // One that a flow has and the list has not is added to it: opening a form changes nothing. One that is missing is the first.
  const isKnown = value === "" || options.some(([known]) => known === value);
  const all = isKnown ? options : [...options, [value, value] as const];
  const select = $("<select>", { "data-field": name });
  for (const [known, words] of all) select.append($("<option>", { value: known }).text(words));
  return value === "" ? select : select.val(value);
}
