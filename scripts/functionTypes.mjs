// What the editor's code completion knows of our messages in function nodes: TypeScript, made of docs/schema.

/** Node-RED declares them already, and a second declaration must not differ. */
const OF_NODE_RED = new Set(["topic", "payload", "_msgid"]);
/** Objects whose fields are completed. Others have objects under names such as `device`, too, but hardly under these. */
const COMPLETED = new Set(["radio", "tts", "downlink"]);
const PREFIX = "Tts";

const last = (reference) => reference.split("/").pop();

const comment = (texts) => {
  const text = [...texts].filter(Boolean).join(" / ").replaceAll("*/", "* /").replaceAll(/\s+/g, " ");
  return text === "" ? "" : `/** ${text} */\n`;
};

/** What a schema refers to, itself or as the members of a list. */
function referenceOf(schema) {
  const { $ref, anyOf = [], items } = schema;
  const [first = $ref] = anyOf.map((each) => each.$ref).filter(Boolean);
  if (first !== undefined) return { name: last(first), suffix: "" };
  return items?.$ref === undefined ? undefined : { name: last(items.$ref), suffix: "[]" };
}

/**
 * A function node may be for messages of any node, so none of this may turn into an error there: all is optional, objects have any
 * further fields, and plain values, which others have under the same names, are of any type.
 */
class Declarations {
  #definitions = new Map();
  #wanted = new Set();

  /** @param messages schemas of messages */
  constructor(messages) {
    for (const { definitions = {} } of messages)
      for (const [name, schema] of Object.entries(definitions)) this.#add(name, schema);
  }

  /** Of `ApplicationUp` each message has a part. */
  #add(name, schema) {
    const known = this.#definitions.get(name);
    const properties = { ...known?.properties, ...schema.properties };
    this.#definitions.set(name, { ...schema, properties });
  }

  member(name, schemas, isCompleted = true) {
    const text = comment(new Set(schemas.map(({ description }) => description)));
    return `${text}${JSON.stringify(name)}?: ${isCompleted ? this.#typeOf(schemas[0]) : "any"};\n`;
  }

  #typeOf(schema) {
    const found = referenceOf(schema);
    const properties = found && this.#definitions.get(found.name)?.properties;
    if (!found || Object.keys(properties ?? {}).length === 0) return "any";
    this.#wanted.add(found.name);
    return PREFIX + found.name + found.suffix;
  }

  /** All that is referred to, and what that refers to. */
  interfaces() {
    let text = "";
    // It grows while it is gone through.
    for (const name of this.#wanted) {
      const { description, properties } = this.#definitions.get(name);
      const members = Object.entries(properties).map(([field, schema]) => this.member(field, [schema]));
      text += `${comment([description])}interface ${PREFIX}${name} {\n${members.join("")}[other: string]: any;\n}\n`;
    }
    return text;
  }
}

/** A message may be one of several. */
const formsOf = ({ definitions, ...schema }) =>
  schema.anyOf ? schema.anyOf.map(({ $ref }) => definitions[last($ref)]) : [schema];

/** @param messages schemas of messages */
export function functionTypes(messages) {
  const declarations = new Declarations(messages);
  const fields = new Map();
  for (const { properties } of messages.flatMap(formsOf))
    for (const [name, schema] of Object.entries(properties))
      if (!OF_NODE_RED.has(name)) fields.set(name, [...(fields.get(name) ?? []), schema]);
  const members = [...fields].map(([name, schemas]) =>
    declarations.member(name, schemas, COMPLETED.has(name)),
  );
  return `interface NodeMessage {\n${members.join("")}}\n${declarations.interfaces()}`;
}
