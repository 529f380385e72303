// Makes docs/schema: a JSON Schema of what each node sends, and of each node as it stands in a flow file.
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { createGenerator } from "ts-json-schema-generator";

const ROOT = path.resolve(import.meta.dirname, "..");
const FOLDER = path.join(ROOT, "docs/schema");
const ADDRESS = "https://raw.githubusercontent.com/tts-flows/node-red-the-things-stack/main/docs/schema";

/** By the type of the node: name of the types in `nodes/flowNodes.ts` and `flowMessages.ts`, and where its defaults are. */
const NODES = {
  "tts-connection": {
    node: "ConnectionNode",
    defaults: ["src/stack/connectionProperties", "CONNECTION_DEFAULTS"],
  },
  "tts-uplink": { node: "UplinkNode", message: "UplinkNodeMessage", defaults: own("uplink", "UPLINK") },
  "tts-join": { node: "JoinNode", message: "JoinNodeMessage", defaults: own("join", "JOIN") },
  "tts-event": { node: "EventNode", message: "EventNodeMessage", defaults: own("event", "EVENT") },
  "tts-downlink": {
    node: "DownlinkNode",
    message: "DownlinkNodeMessage",
    defaults: own("downlink", "DOWNLINK"),
  },
  "tts-watch": { node: "WatchNode", message: "WatchNodeMessage", defaults: own("watch", "WATCH") },
  "tts-home-assistant": {
    node: "HomeAssistantNode",
    message: "HomeAssistantNodeMessage",
    defaults: own("home-assistant", "HOME_ASSISTANT"),
  },
};

function own(node, name) {
  return [`nodes/tts-${node}/properties`, `${name}_DEFAULTS`];
}

/** Node-RED puts the value of the variable in its place. */
const VARIABLE = { type: "string", pattern: "^\\$(\\{\\S+\\}|\\(\\S+\\))$" };

/** `ApplicationUp<"uplink_message">`: no name for a file. */
const plain = (text) => text.replaceAll(/(ApplicationUp)(?:<[^<>]*>|%3C.*?%3E)/g, "$1");

function named(schema, type, kind) {
  const { $schema, description, definitions, ...rest } = JSON.parse(
    JSON.stringify(schema, (key, value) =>
      key === "definitions"
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [plain(name), each]))
        : key === "$ref"
          ? plain(value)
          : value,
    ),
  );
  const what = kind === "node" ? `Node ${type} in a flow file` : `Message of ${type}`;
  return {
    $schema,
    $id: `${ADDRESS}/${type}.${kind}.json`,
    title: what,
    ...(kind === "message" && description ? { description } : {}),
    ...rest,
    ...(definitions ? { definitions } : {}),
  };
}

/** With what counts where a property is missing. What is no text may come from the environment as one. */
function withDefaults(schema, defaults) {
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    if (!(name in defaults)) return [name, property];
    const { description, ...form } = property;
    const value = property.type === "string" && !property.enum ? form : { anyOf: [form, VARIABLE] };
    return [name, { ...(description ? { description } : {}), ...value, default: defaults[name] }];
  });
  const inFlow = ["id", "type"].map((name) => [name, schema.properties[name]]);
  return { ...schema, properties: Object.fromEntries([...inFlow, ...properties]) };
}

/** By their names in docs/schema. */
export function schemas() {
  const require = createRequire(import.meta.url);
  require("../test/register.cjs");
  const generator = createGenerator({
    path: path.join(ROOT, "nodes/flow{Messages,Nodes}.ts"),
    tsconfig: path.join(ROOT, "tsconfig.json"),
    skipTypeCheck: true, // which is done elsewhere
    expose: "export",
    topRef: false,
    jsDoc: "extended",
    sortProps: false,
    additionalProperties: true,
  });
  const made = {};
  for (const [type, { node, message, defaults }] of Object.entries(NODES)) {
    const [file, name] = defaults;
    const values = require(path.join(ROOT, `${file}.ts`))[name];
    made[`${type}.node.json`] = withDefaults(named(generator.createSchema(node), type, "node"), values);
    if (message) made[`${type}.message.json`] = named(generator.createSchema(message), type, "message");
  }
  return made;
}

/** As they are committed. */
export async function schemaFiles() {
  const style = await resolveConfig(path.join(FOLDER, "any.json"));
  const made = Object.entries(schemas()).map(async ([file, schema]) => [
    file,
    await format(JSON.stringify(schema), { ...style, parser: "json" }),
  ]);
  return Object.fromEntries(await Promise.all(made));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(await schemaFiles()))
    await writeFile(path.join(FOLDER, file), text);
}
