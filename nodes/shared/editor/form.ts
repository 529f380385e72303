/** An open form: reads and sets its fields, shows under each invalid one why, and unfolds what needs attention. */
import { asTrueOrFalse } from "../../../src/stack/values";
import { markClosed, markOpen, prefixOf, type Prefix } from "./openForms";
import type { EditedNode } from "./red";
import { isEnvironmentVariable } from "./rules";
import { text } from "./text";

const EVERY_CHANGE = "change keyup input";

const namesOf = ({ _def }: EditedNode): string[] => Object.keys({ ..._def.defaults, ..._def.credentials });

/** In what is marked with it, such as a payload or a password, space at the ends belongs to the value. */
const KEEP_SPACE = "[data-keep-space]";

/** Of a field that the user has not left yet: the style sheet does not make it red. */
const UNTOUCHED = "tts-untouched";

/** Of a checkbox whose value stands as text in the flow, as long as the user does not choose otherwise. */
const AS_WRITTEN = "tts-as-written";

/** Of one whose value is neither true nor false, nor a variable that may be: the editor sees the checkbox only. */
const WRONG_FLAG = "tts-wrong-flag";

/** What the editor has for none in the list of config nodes. */
const NO_CONFIG_NODE = "_ADD_";

/** One that was not there before: the editor would take an empty field for a change. */
function isLackingCredential(node: EditedNode, name: string): boolean {
  if (!Object.hasOwn(node._def.credentials ?? {}, name) || !RED.nodes.node(node.id)) return false;
  const credentials: unknown = Reflect.get(node, "credentials");
  if (typeof credentials !== "object" || credentials === null) return false;
  return !Reflect.get(credentials, name) && !Reflect.get(credentials, `has_${name}`);
}

export class Form {
  readonly #node: EditedNode;
  readonly #prefix: Prefix;
  readonly #watch: MutationObserver;

  /**
   * To be called in `oneditprepare`: the fields are filled by then.
   * @param isNew nothing is wrong yet with a field that the user has not left
   */
  constructor(node: EditedNode, prefix: Prefix, { isNew = false } = {}) {
    this.#node = node;
    this.#prefix = prefix;
    markOpen(node, prefix);
    if (isNew) for (const name of namesOf(node)) this.#makeUntouched(name);
    this.#fillMissing();
    this.#showWritten();
    this.#watch = new MutationObserver(() => this.#showReasons());
    this.#describeFields();
    for (const name of namesOf(this.#node)) {
      const input = this.input(name)[0];
      if (input) this.#watch.observe(input, { attributeFilter: ["class"] });
      // The editor validates on `change` and `keyup`; a paste by mouse is only an `input`.
      this.input(name).on("input", (event) => void $(event.target).trigger("keyup"));
      this.input(name).on(EVERY_CHANGE, () => this.#showReasons());
    }
  }

  /** To be called in `oneditsave` and `oneditcancel`. Space around what was pasted is not saved. */
  static close(node: EditedNode): void {
    const prefix = prefixOf(node);
    for (const name of namesOf(node)) {
      const field = $(`#${prefix ?? ""}-${name}`);
      const input = field.filter("[type='text'], [type='password'], .red-ui-typedInput").not(KEEP_SPACE);
      const value = input.val();
      if (typeof value === "string" && value !== value.trim()) input.val(value.trim());
      // The editor leaves alone what has no field.
      const isAsBefore =
        field.is(`.${AS_WRITTEN}`) || (field.val() === "" && isLackingCredential(node, name));
      if (isAsBefore) field.removeAttr("id");
    }
    markClosed(node);
  }

  #makeUntouched(name: string): void {
    const input = this.input(name).addClass(UNTOUCHED);
    // Not `change`, which the editor triggers for every field when it opens a form.
    input.on("blur", () => {
      input.removeClass(UNTOUCHED);
      this.#showReasons();
    });
  }

  /** Also those of fields that the user has not been to. */
  showAllReasons(): void {
    for (const name of namesOf(this.#node)) this.input(name).removeClass(UNTOUCHED);
    this.#showReasons();
  }

  input(name: string): JQuery {
    return $(`#${this.#prefix}-${name}`);
  }

  row(name: string): JQuery {
    return this.input(name).closest(".form-row");
  }

  /** What is seen of a field: that of a typed input stands beside the input that has its value. */
  control(name: string): JQuery {
    const input = this.input(name);
    const typed = input.next(".red-ui-typedInput-container");
    return input.add(typed.find("input.red-ui-typedInput-input, button"));
  }

  /** Where the value of a typed input is typed. */
  typedField(name: string): JQuery {
    return this.control(name).filter("input.red-ui-typedInput-input");
  }

  value(name: string): string {
    const value = this.input(name).val();
    if (typeof value !== "string") return "";
    return this.input(name).is(KEEP_SPACE) ? value : value.trim();
  }

  isChecked(name: string): boolean {
    return this.input(name).prop("checked") === true;
  }

  /** A value that did not change is not announced. */
  set(name: string, value: string): void {
    if (this.input(name).val() !== value) this.input(name).val(value).trigger("change");
  }

  check(name: string, checked: boolean): void {
    if (this.isChecked(name) !== checked) this.input(name).prop("checked", checked).trigger("change");
  }

  /** Calls `listener` now and after every change of these fields. */
  follow(names: readonly string[], listener: () => void): void {
    for (const name of names) this.input(name).on(EVERY_CHANGE, listener);
    listener();
  }

  /** A property that is missing in a flow has its default, not what an empty field would save. */
  #fillMissing(): void {
    for (const [name, { value, type }] of Object.entries(this.#node._def.defaults)) {
      if (Reflect.get(this.#node, name) !== undefined) continue;
      // Node-RED 3.1 would choose the first config node that there is.
      if (type !== undefined) this.input(name).val(NO_CONFIG_NODE);
      else if (typeof value === "boolean") this.input(name).prop("checked", value);
      else if (typeof value === "string") this.input(name).val(value);
    }
  }

  /** A list or a checkbox cannot show a variable, nor a checkbox what a flow has as text: opening a form must change neither. */
  #showWritten(): void {
    for (const [name, { value: usual, type }] of Object.entries(this.#node._def.defaults)) {
      const written: unknown = Reflect.get(this.#node, name);
      if (type !== undefined) continue;
      const input = this.input(name);
      if (typeof usual === "boolean") {
        if (typeof written !== "boolean" && written !== undefined) this.#showFlag(input, written, usual);
      } else if (typeof written !== "string") continue;
      else if (input.is("select") && isEnvironmentVariable(written))
        input.append($("<option>", { value: written }).text(written)).val(written);
    }
  }

  #showFlag(input: JQuery, written: unknown, usual: boolean): void {
    const flag = asTrueOrFalse(written);
    const shown = flag ?? usual;
    input.prop({ checked: shown, indeterminate: flag === undefined }).addClass(AS_WRITTEN);
    const value = typeof written === "string" ? written : JSON.stringify(written);
    input.toggleClass(WRONG_FLAG, flag === undefined && !isEnvironmentVariable(value));
    const variable = $("<code>").text(flag === undefined ? value : "");
    variable.appendTo(input.closest("label"));
    const choose = (): void => {
      input.removeClass([AS_WRITTEN, WRONG_FLAG]).prop("indeterminate", false);
      variable.remove();
      this.#showReasons();
    };
    input.on("click", choose);
    // The editor announces every field when it opens a form.
    input.on("change", () => {
      if (input.prop("checked") !== shown) choose();
    });
  }

  /** The help of a field and the reason why it is invalid are read out with it. */
  #describeFields(): void {
    for (const name of this.#described()) {
      // Several fields in one row have a part of it each.
      const row = this.input(name).closest(".tts-field, .form-row");
      if (row.length === 0) continue;
      const help = row.find(".tts-help").first().attr("id", `${this.#prefix}-${name}-help`);
      const reason = $("<div>", {
        id: `${this.#prefix}-${name}-reason`,
        class: "tts-reason",
        "aria-live": "polite",
      });
      const described = help.length === 0 ? reason : reason.add(help);
      if (help.length === 0) reason.appendTo(row);
      else reason.insertBefore(help);
      const ids = described.toArray().map(({ id }) => id);
      this.input(name).attr("aria-describedby", ids.join(" "));
    }
  }

  /** The type of a typed input has no reason of its own: it is part of why the value is invalid. */
  #described(): string[] {
    const { defaults, credentials } = this.#node._def;
    return namesOf(this.#node).filter(
      (name) =>
        this.input(name).attr("type") !== "hidden" ||
        (defaults[name] ?? credentials?.[name])?.validate !== undefined,
    );
  }

  #showReasons(): void {
    for (const name of this.#described()) {
      const input = this.input(name);
      const isWrongFlag = input.hasClass(WRONG_FLAG);
      const invalid = isWrongFlag || (input.hasClass("input-error") && !input.hasClass(UNTOUCHED));
      this.control(name).attr("aria-invalid", String(invalid));
      const reason = $(`#${this.#prefix}-${name}-reason`);
      const words = isWrongFlag ? text("validation.flag") : invalid ? this.#reason(name) : "";
      if (reason.text() !== words) reason.text(words);
      if (invalid) input.closest("details").prop("open", true);
    }
  }

  #reason(name: string): string {
    const { defaults, credentials } = this.#node._def;
    const definition = defaults[name] ?? credentials?.[name];
    const result = definition?.validate?.call(this.#node, this.input(name).val(), {});
    if (typeof result === "string") return result;
    // Without a validator of its own it refers to a config node, which the editor checks.
    return this.value(name) === "" || this.value(name) === "_ADD_"
      ? text("validation.choose-connection")
      : text("validation.incomplete-connection");
  }

  /** Opens the folds in which a field is not as usual; to be called when the form is complete. */
  unfold(): void {
    for (const [name, { value, type }] of Object.entries(this.#node._def.defaults)) {
      if (type !== undefined) continue;
      const input = this.input(name);
      const now = typeof value === "boolean" ? this.isChecked(name) : this.value(name);
      if (now !== value || input.is(`.${AS_WRITTEN}`)) input.closest("details").prop("open", true);
    }
  }
}
