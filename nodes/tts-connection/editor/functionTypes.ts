/**
 * Completion of our messages in function nodes: Monaco merges a global `interface NodeMessage` with Node-RED's own. Where another code
 * editor is chosen (ACE), or none, nothing happens.
 */

/** TypeScript, made of docs/schema by the build. */
declare const FUNCTION_TYPES: string | undefined;

interface Monaco {
  readonly languages: {
    readonly typescript?: {
      readonly javascriptDefaults: { addExtraLib(content: string, path: string): unknown };
    };
  };
}

const PATH = "file://types/tts-flows/node-red-the-things-stack/index.d.ts";

let isAdded = false;

/** Node-RED loads Monaco on its own time: it is looked for when a form opens. */
export function followEditors(): void {
  if (typeof FUNCTION_TYPES !== "string") return;
  const types = FUNCTION_TYPES;
  RED.events.on("editor:open", () => {
    if (isAdded) return;
    const { monaco } = window as { readonly monaco?: Monaco };
    const libraries = monaco?.languages.typescript?.javascriptDefaults;
    if (!libraries) return;
    isAdded = true;
    libraries.addExtraLib(types, PATH);
  });
}
