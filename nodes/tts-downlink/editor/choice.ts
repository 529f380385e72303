/** One of a few fixed values as buttons, and behind them a typed input for a value that comes from elsewhere. */
import type { Form } from "../../shared/editor/form";
import { isFixed } from "./typedField";

export interface ChoiceParts {
  /** The property; its type is in the field with `Type` behind. */
  readonly name: string;
  /** The radio buttons. */
  readonly buttons: JQuery;
  /** Around the typed input. */
  readonly from: JQuery;
  readonly value: JQuery;
  readonly type: JQuery;
  /** Switches to a value from elsewhere. */
  readonly link: JQuery;
  /** Where a value from elsewhere is looked for first: a property of the message. */
  readonly usual: string;
}

/** Wires the buttons up. `listener` gets the fixed value, `undefined` where it comes from elsewhere; now and after every change. */
export function makeChoice(
  form: Form,
  parts: ChoiceParts,
  listener: (fixed: string | undefined) => void,
): void {
  const { name, buttons, from, value, type, link, usual } = parts;
  const values = buttons.toArray().map((button) => button.getAttribute("value") ?? "");
  const isButton = (): boolean => isFixed(form.value(`${name}Type`)) && values.includes(form.value(name));

  const save = (chosen: string, chosenType: string): void => {
    form.input(`${name}Type`).val(chosenType);
    form.input(name).val(chosen).trigger("change");
  };
  const show = (): void => {
    const fixed = isButton() ? form.value(name) : undefined;
    buttons.each((_, button) => void $(button).prop("checked", button.getAttribute("value") === fixed));
    from.toggle(fixed === undefined);
    link.toggle(fixed !== undefined);
    listener(fixed);
  };

  const saved = form.value(`${name}Type`);
  type.val(isButton() ? "msg" : saved);
  value.val(isButton() ? usual : form.value(name));
  // A fixed value that is none of the buttons', such as an environment variable, stays visible.
  const kept = isFixed(saved) && !isButton() ? (["str"] as const) : [];
  value.typedInput({ types: ["msg", "flow", "global", ...kept, "env", "jsonata"], typeField: type });
  value.on("change keyup", () => {
    if (from.is(":visible")) save(value.typedInput("value"), value.typedInput("type"));
  });
  buttons.on("change", (event) => save($(event.target).val()?.toString() ?? "", "str"));
  link.on("click", () => {
    save(value.typedInput("value"), value.typedInput("type"));
    from.find("input.red-ui-typedInput-input").trigger("focus");
  });
  form.follow([name], show);
}
