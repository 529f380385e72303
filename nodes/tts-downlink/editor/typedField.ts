/** Typed inputs: a value that is fixed in the form, or comes from the message, flow, global, environment or an expression. */
import type { Form } from "../../shared/editor/form";
import type { EditedNode, TypeDefinition } from "../../shared/editor/red";
import { valueNow } from "../../shared/editor/openForms";

const FROM_ELSEWHERE = ["msg", "flow", "global", "env", "jsonata"] as const;

/** Other types of Node-RED that a value may have. */
const FIXED = ["str", "num", "bool", "json", "bin", "date"] as const;

const nameOf = (type: TypeDefinition): string => (typeof type === "string" ? type : type.value);

/** Whether a value of this type stands in the form itself. */
export const isFixed = (type: string): boolean => !FROM_ELSEWHERE.some((elsewhere) => elsewhere === type);

/** The type of a typed property: from the form while it is open, else as saved. */
export const typeNow = (node: EditedNode, property: string): string => valueNow(node, `${property}Type`);

/** Makes a field of a form a typed input. `fixed` are the types that it offers beside those from elsewhere. */
export function makeTyped(form: Form, name: string, fixed: readonly TypeDefinition[]): void {
  const input = form.input(name);
  const typeField = form.input(`${name}Type`);
  const label = $(`label[for='${input.attr("id") ?? ""}']`);
  input.typedInput({ types: offered(fixed, form.value(`${name}Type`)), typeField });
  const typed = input.next().find("input.red-ui-typedInput-input");
  const id = `${input.attr("id") ?? name}-typed`;
  typed.attr({ id, spellcheck: "false" });
  label.attr({ for: id, id: `${id}-label` });
  const describedBy = input.attr("aria-describedby") ?? "";
  // The button beside the text chooses the type, or one of several values.
  form.control(name).attr({ "aria-describedby": describedBy });
  input
    .next()
    .find("button")
    .attr("aria-labelledby", function () {
      const button = `${id}-${String($(this).index())}`;
      $(this).attr("id", button);
      return `${id}-label ${button}`;
    });
  // Node-RED looks at each key; a paste by mouse is only an `input`.
  typed.on("input", () => void typed.trigger("keyup"));
}

/** Offers other types for the fixed value, and keeps what is in it. */
export function retype(form: Form, name: string, fixed: readonly TypeDefinition[]): void {
  const input = form.input(name);
  const type = form.value(`${name}Type`);
  const value = input.typedInput("value");
  const types = isFixed(type) ? offered(fixed, "") : offered(fixed, type);
  input.typedInput("types", types);
  const [first] = fixed;
  if (isFixed(type) && first !== undefined) input.typedInput("type", nameOf(first));
  if (input.typedInput("value") !== value) input.typedInput("value", value);
}

/** A type that a flow has and the form would not offer stays what it is. */
function offered(fixed: readonly TypeDefinition[], type: string): TypeDefinition[] {
  const [msg, flow, global, ...rest] = FROM_ELSEWHERE;
  const types: TypeDefinition[] = [msg, flow, global, ...fixed, ...rest];
  const missing = FIXED.find((known) => known === type && !types.some((other) => nameOf(other) === type));
  return missing === undefined ? types : [...types, missing];
}
