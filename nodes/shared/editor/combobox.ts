/** A field with a list of suggestions under it, worked by keys or mouse: an ARIA combobox. What it offers is shown as text only. */
import { partAt } from "./commaList";

/** Something that can stand in the field, and what it is recognised by. */
export interface Offer {
  readonly value: string;
  readonly about: string;
}

/** What there is for what is typed. */
export interface Offers {
  readonly offers: readonly Offer[];
  /** Below the offers: that there are more. */
  readonly more: string;
  /** Under the field: why there are none. */
  readonly note: string;
}

export interface ComboboxOptions {
  /** The field has several values with commas between: the one under the cursor is completed. */
  readonly isList: boolean;
  /** False: the field is an ordinary one at present. */
  readonly isOn: () => boolean;
  /** Never rejects. */
  readonly ask: (typed: string) => Promise<Offers>;
}

/** A user who types on has not read a list yet. */
const PAUSE_MS = 120;
/** Less room than this below the field, and the list opens above it. */
const LEAST_ROOM = 160;
/** Of a list under a field that is narrower, where there is room. */
const LEAST_WIDTH = 300;

let count = 0;

export class Combobox {
  readonly #input: JQuery;
  readonly #options: ComboboxOptions;
  readonly #id = `tts-suggestions-${++count}`;
  #list: JQuery | undefined;
  #offers: readonly Offer[] = [];
  #active = -1;
  #timer: number | undefined;
  /** Of the last question; answers to earlier ones are dropped. */
  #question = 0;

  constructor(input: JQuery, options: ComboboxOptions) {
    this.#input = input;
    this.#options = options;
    input.attr("autocomplete", "off");
    input.on("input", () => this.#askSoon());
    // Not with the focus alone: a form that opens has it in its first field.
    input.on("mousedown", () => {
      if (!this.#list) this.#askSoon();
    });
    input.on("focus", () => this.#describe());
    input.on("change", () => this.#describe());
    input.on("blur", () => this.close());
    input.on("keydown", (event) => {
      if (this.#options.isOn() && this.#handles(event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    this.#describe();
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#question += 1;
    this.#list?.remove();
    this.#list = undefined;
    this.#active = -1;
    this.#describe();
  }

  /** What was said of the offers, and what is still being asked. */
  forget(): void {
    window.clearTimeout(this.#timer);
    this.#question += 1;
    this.#note("");
  }

  /** True where the key has done something here. */
  #handles(key: string): boolean {
    const isOpen = this.#list !== undefined;
    switch (key) {
      case "ArrowDown":
        if (isOpen) this.#move(1);
        else void this.#ask();
        return true;
      case "ArrowUp":
        if (isOpen) this.#move(-1);
        return isOpen;
      case "Enter": {
        const chosen = this.#offers[this.#active];
        if (!isOpen || !chosen) return false;
        this.#choose(chosen);
        return true;
      }
      case "Escape":
        this.close();
        return isOpen;
      default:
        return false;
    }
  }

  #askSoon(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #ask(): Promise<void> {
    // Else a second answer would take away what is chosen in the list of the first.
    window.clearTimeout(this.#timer);
    if (!this.#options.isOn()) return;
    const question = ++this.#question;
    const { typed, others } = this.#typed();
    const { offers, more, note } = await this.#options.ask(typed);
    if (question !== this.#question) return;
    this.#note(note);
    const left = offers.filter(({ value }) => !others.includes(value));
    const isThere = left.length === 1 && left[0]?.value === typed;
    if (left.length === 0 || isThere || !this.#input.is(":focus")) this.close();
    else this.#show(left, more);
  }

  get #value(): string {
    const value = this.#input.val();
    return typeof value === "string" ? value : "";
  }

  #part(): { readonly start: number; readonly end: number } {
    const value = this.#value;
    if (!this.#options.isList) return { start: 0, end: value.length };
    const field = this.#input[0];
    const caret = field instanceof HTMLInputElement ? field.selectionStart : null;
    return partAt(value, caret ?? value.length);
  }

  #typed(): { readonly typed: string; readonly others: readonly string[] } {
    const { start, end } = this.#part();
    const value = this.#value;
    const others = this.#options.isList ? `${value.slice(0, start)},${value.slice(end)}` : "";
    return { typed: value.slice(start, end).trim(), others: others.split(",").map((other) => other.trim()) };
  }

  #choose({ value }: Offer): void {
    const { start, end } = this.#part();
    const before = this.#value.slice(0, start) + value;
    this.#input.val(before + this.#value.slice(end)).trigger("input");
    this.#input.trigger("change");
    const field = this.#input[0];
    if (field instanceof HTMLInputElement) field.setSelectionRange(before.length, before.length);
    this.close();
  }

  #show(offers: readonly Offer[], more: string): void {
    this.#list?.remove();
    this.#offers = offers;
    this.#active = -1;
    const options = $("<div>", { id: this.#id, role: "listbox" }).append(
      offers.map((offer, index) =>
        $("<div>", { id: `${this.#id}-${index}`, role: "option", "aria-selected": "false" })
          .append($("<span>", { class: "tts-value" }).text(offer.value))
          .append($("<span>", { class: "tts-about" }).text(offer.about))
          .on("click", () => this.#choose(offer)),
      ),
    );
    this.#list = $("<div>", { class: "tts-suggestions" })
      .append(options, more === "" ? [] : $("<div>", { class: "tts-more" }).text(more))
      // The field keeps the focus.
      .on("mousedown", (event) => event.preventDefault())
      .appendTo(this.#input.closest(".tts-form"));
    this.#place(this.#list);
    this.#describe();
  }

  #place(list: JQuery): void {
    const shown = this.#input.closest(".red-ui-typedInput-container").add(this.#input).first()[0];
    const form = this.#input.closest(".tts-form")[0]?.getBoundingClientRect();
    const tray = this.#input.closest(".red-ui-tray-body")[0]?.getBoundingClientRect();
    const field = shown?.getBoundingClientRect();
    if (!field || !form) return;
    const below = (tray?.bottom ?? window.innerHeight) - field.bottom;
    const above = field.top - (tray?.top ?? 0);
    const opensAbove = below < Math.min(LEAST_ROOM, list.outerHeight() ?? 0) && above > below;
    list.css({
      left: field.left - form.left,
      width: Math.max(field.width, Math.min(LEAST_WIDTH, form.right - field.left)),
      ...(opensAbove ? { bottom: form.bottom - field.top + 1 } : { top: field.bottom - form.top + 1 }),
    });
  }

  #move(step: number): void {
    const { length } = this.#offers;
    const next = this.#active + step;
    this.#active = next < 0 ? length - 1 : next % length;
    this.#list?.find("[role='option']").each((index, option) => {
      const isActive = index === this.#active;
      $(option).attr("aria-selected", String(isActive));
      if (isActive) option.scrollIntoView({ block: "nearest" });
    });
    this.#describe();
  }

  #describe(): void {
    const isOn = this.#options.isOn();
    if (!isOn) this.#note("");
    const isOpen = this.#list !== undefined;
    this.#input.attr({
      role: isOn ? "combobox" : null,
      "aria-autocomplete": isOn ? "list" : null,
      "aria-haspopup": isOn ? "listbox" : null,
      "aria-expanded": isOn ? String(isOpen) : null,
      "aria-controls": isOpen ? this.#id : null,
      "aria-activedescendant": this.#active < 0 ? null : `${this.#id}-${this.#active}`,
    });
  }

  /** Stays once it was shown: nothing must move under the user's hand. */
  #note(words: string): void {
    const row = this.#input.closest(".tts-field, .form-row");
    const note = row.find(".tts-note");
    if (note.length > 0) note.first().text(words);
    else if (words !== "") $("<div>", { class: "tts-note", role: "status" }).text(words).appendTo(row);
  }
}
