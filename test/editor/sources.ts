/** What the tests of the forms look at: the sources of each node type's form, and what its editor script registers. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { util } from "@node-red/util";
import { buildSync } from "esbuild";
import { formOf } from "../../scripts/forms.cjs";

export { formOf };

export const ROOT = path.resolve(__dirname, "../..");

export const NODE_TYPES = [
  "tts-connection",
  "tts-uplink",
  "tts-join",
  "tts-event",
  "tts-downlink",
  "tts-watch",
  "tts-home-assistant",
] as const;

export type NodeType = (typeof NODE_TYPES)[number];

export const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

const sourcesIn = (folder: string): string[] =>
  existsSync(path.join(ROOT, folder))
    ? readdirSync(path.join(ROOT, folder))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => read(`${folder}/${file}`))
    : [];

export const sharedSources = (): string[] => sourcesIn("nodes/shared/editor");

export const migrationSources = (): string[] =>
  ["", "/editor", "/conversion", "/conversion/mqtt"].flatMap((folder) =>
    sourcesIn(`plugins/tts-migration${folder}`),
  );

/** The scripts of a node type: its form may show what its run time answers. */
export const scriptsOf = (type: NodeType): string[] => [
  ...sourcesIn(`nodes/${type}`),
  ...sourcesIn(`nodes/${type}/editor`),
];

/** The editor script as the build makes it. */
export function bundle(type: NodeType): string {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(ROOT, `nodes/${type}/editor.ts`)],
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2020",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}

interface Definition {
  readonly defaults: Readonly<Record<string, { readonly value: unknown; readonly label?: unknown }>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly [property: string]: unknown;
}

/**
 * Runs an editor script with an editor that only takes the definition; texts are their keys.
 * @param nodes those that the form may look at, by ID
 */
export function register(type: NodeType, nodes: Readonly<Record<string, object>> = {}): Definition {
  const registered: [string, Definition][] = [];
  const RED = {
    _: (key: string) => key,
    events: { on: () => undefined },
    nodes: {
      registerType: (name: string, definition: Definition) => registered.push([name, definition]),
      node: (id: string) => nodes[id],
    },
    // The editor has a copy of the run time's.
    utils: {
      normalisePropertyExpression: (expression: string) => util.normalisePropertyExpression(expression),
      validateTypedProperty: () => true,
    },
  };
  runInNewContext(bundle(type), { RED, URL });
  const [found] = registered;
  if (registered.length !== 1 || found?.[0] !== type) throw new Error(`${type} is not registered`);
  return found[1];
}
