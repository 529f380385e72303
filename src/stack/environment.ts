/** Environment variables as values of properties. Usable in the browser. */

/** Rule: `EnvVarPropertyRE` in `flows/util.js` of Node-RED 3.1 to 5.0. Only a whole value is one; its name is anything without space. */
const VARIABLE = /^\$(?:\{(\S+)\}|\((\S+)\))$/;

/** The name in `${NAME}` or `$(NAME)`, for which Node-RED fills in the value; `undefined` for any other text. */
export function environmentVariable(text: string): string | undefined {
  const found = VARIABLE.exec(text.trim());
  return found?.[1] ?? found?.[2];
}
