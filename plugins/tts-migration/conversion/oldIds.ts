/** Device IDs of V2 in functions, switches, change nodes and templates: they are converted nowhere, and are other IDs now. */
import { codeIn, literalsIn, partsAbout } from "./code";
import { objectsIn, textIn, type FlowNode } from "./flow";
import { idFor, noteOn, type Note } from "./note";
import { roleOf } from "./oldNodes";

const DEVICE = /\bdev_?[iI]d\b/;
const LIST_ASKED = /\[([^[\]]{0,2000})\]\.(?:includes|indexOf)\([^()]{0,50}\bdev_?[iI]d\b/g;
const SWITCHED = /\bswitch ?\([^()]{0,50}\bdev_?[iI]d\b/;
const CASE = /\bcase\b/;

/** What V2 allowed as an ID, with what The Things Stack does not. */
const isOldId = (text: string): boolean =>
  /^[a-z0-9](?:[-_]?[a-z0-9]){1,35}$/i.test(text) && text.includes("_") && idFor("stack", text) !== text;

function idsInCode(code: string, known: ReadonlySet<string>): readonly string[] {
  if (known.size === 0 && !DEVICE.test(code)) return [];
  const lists = [...code.matchAll(LIST_ASKED)].map(([, list = ""]) => list);
  const cases = SWITCHED.test(code) ? partsAbout(code, CASE) : [];
  const near = [...partsAbout(code, DEVICE), ...lists, ...cases].flatMap(literalsIn).filter(isDevice);
  return [...near, ...literalsIn(code).filter((text) => known.has(text))];
}

const isDevice = (text: string): boolean => isOldId(text) && !DEVICE.test(text);

const VALUES = ["v", "v2", "to", "from"] as const;

function idsInRules(node: FlowNode, known: ReadonlySet<string>): readonly string[] {
  const property = textIn(node, "property");
  return objectsIn(node, "rules").flatMap((rule) => {
    const isAboutDevice = DEVICE.test(node.type === "switch" ? property : textIn(rule, "p"));
    const values = VALUES.map((name) => textIn(rule, name));
    const direct = values.filter((value) => known.has(value) || (isAboutDevice && isDevice(value)));
    return [...direct, ...values.flatMap((value) => idsInCode(value, known))];
  });
}

function idsInProperties(node: FlowNode, known: ReadonlySet<string>): readonly string[] {
  return objectsIn(node, "props").flatMap((one) => {
    const value = textIn(one, "v");
    const isId = known.has(value) || (DEVICE.test(textIn(one, "p")) && isDevice(value));
    return isId ? [value] : idsInCode(value, known);
  });
}

type Reader = (node: FlowNode, known: ReadonlySet<string>) => readonly string[];

const READERS: Readonly<Record<string, Reader>> = {
  function: (node, known) =>
    ["initialize", "func", "finalize"].flatMap((name) => idsInCode(codeIn(node, name), known)),
  template: (node, known) => {
    const text = textIn(node, "template");
    const isId = DEVICE.test(textIn(node, "field")) && isDevice(text);
    return isId ? [text] : idsInCode(text, known);
  },
  switch: idsInRules,
  change: idsInRules,
  inject: (node, known) => [
    ...idsInProperties(node, known),
    ...[textIn(node, "payload"), textIn(node, "topic")].filter((text) => known.has(text)),
  ],
};

/** One note for each ID in each node that names it. */
export function oldIdNotes(flow: readonly FlowNode[]): readonly Note[] {
  const inOldNodes = flow
    .filter(({ type }) => roleOf(type) !== undefined)
    .flatMap((node) => [textIn(node, "dev_id"), textIn(node, "devId")]);
  const known = new Set(inOldNodes.filter(isOldId));
  return flow.flatMap((node) => {
    const read = Object.hasOwn(READERS, node.type) ? READERS[node.type] : undefined;
    const ids = new Set(read?.(node, known));
    return [...ids].map((given) =>
      noteOn(node)("migration.device-in-node", { given, device: idFor("stack", given) }),
    );
  });
}
