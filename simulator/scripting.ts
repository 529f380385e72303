import type { JsonObject, StackError } from "../src/stack/messages";
import { stackError } from "./stackErrors";

const PROCESSOR = "pkg/messageprocessors/javascript";

const failure = (namespace: string, name: string, format: string, code: number, attributes: JsonObject) =>
  stackError({ namespace, name, format, attributes, code });

/** Where it was thrown, as the server's JavaScript engine says it: line, column and an address of its own. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const [, line = "1", column = "1"] = /:(\d+):(\d+)\)?$/m.exec(stack) ?? [];
  return `(<eval>:${line}:${column}(3))`;
}

/** What can be wrong with a JavaScript payload formatter, in the server's words. */
export const scriptErrors = {
  thrown: (error: unknown, functionName: string): StackError =>
    failure("pkg/scripting/javascript", "script", "{message}", 10, {
      message: `${String(error)} at ${functionName} ${placeOf(error)}`,
    }),
  noOutput: (): StackError =>
    stackError({
      namespace: PROCESSOR,
      name: "output",
      format: "invalid output",
      code: 10,
      cause: failure("pkg/scripting/javascript", "no_script_output", "no script output", 10, {}),
    }),
  returned: (errors: readonly string[]): StackError =>
    failure(PROCESSOR, "output_errors", "{errors}", 10, { errors: errors.join(", ") }),
};
