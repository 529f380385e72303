/** A list of objects with a few fields each, which a user adds, sorts and removes. */

export interface RowField {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  /** Value and words; without them it is typed. */
  readonly options?: readonly (readonly [value: string, words: string])[];
  /** As much room as a part of six. */
  readonly width: 1 | 2 | 3 | 4 | 6;
  /** Whether it means something beside the others. */
  readonly isShown?: (row: Row) => boolean;
}

/** What is typed, right or wrong. */
export type Row = Readonly<Record<string, string>>;

const asText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

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
      removeItem: () => void setTimeout(() => this.#listener()),
      sortItems: () => void setTimeout(() => this.#listener()),
    });
    list.editableList("addItems", [...objectsIn(value)]);
  }

  /** Calls `listener` now and after every change. */
  follow(listener: () => void): void {
    this.#listener = listener;
    listener();
  }

  /** What is in the rows, without fields that are empty or mean nothing. */
  rows(): Row[] {
    return this.#list
      .editableList("items")
      .toArray()
      .map((item: HTMLElement) => this.#rowIn($(item)));
  }

  #rowIn(item: JQuery): Row {
    const typed = Object.fromEntries(
      this.#fields.map(({ name }) => [name, asText(item.find(`[data-field='${name}']`).val()).trim()]),
    );
    const kept = this.#fields.filter(({ name, isShown }) => typed[name] !== "" && isShown?.(typed) !== false);
    return Object.fromEntries(kept.map(({ name }) => [name, typed[name] ?? ""]));
  }

  #fill(container: JQuery, item: object): void {
    const isNew = Object.keys(item).length === 0;
    const cells = this.#fields.map((field) => {
      const value = isNew ? (this.#first[field.name] ?? "") : asText(Reflect.get(item, field.name));
      const input = inputFor(field, value).on("change keyup input", () => {
        this.#showFields(container);
        this.#listener();
      });
      return $("<label>", { class: `tts-cell tts-cell-${field.width}`, "data-cell": field.name })
        .append($("<span>").text(field.label))
        .append(input);
    });
    container.append($("<div>", { class: "tts-row" }).append(cells));
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
