import type { Encoding } from "../downlink/order";
import { commonOf, textIn, type FlowNode, type Wiring } from "./flow";
import { idFor, noteOn, type Made, type Note } from "./note";
import { roleOf } from "./oldNodes";
import type { Around } from "./receiving";

interface Typed {
  readonly value: string;
  readonly type: "msg" | "str" | "num" | "bool" | "jsonata";
}

/** What the flow before a node may put into its messages. */
class Before {
  readonly nodes: readonly FlowNode[];
  readonly #words: string;

  constructor(wiring: Wiring, id: string) {
    this.nodes = wiring.before(id);
    this.#words = this.nodes
      .filter(({ type }) => roleOf(type) === undefined)
      .map((node) => JSON.stringify(node))
      .join("\n");
  }

  has(role: "uplink" | "event"): boolean {
    return this.nodes.some(({ type }) => roleOf(type) === role);
  }

  /** Some node speaks of it: a function, a change node, a template. */
  mentions(property: string): boolean {
    return new RegExp(`\\b${property}\\b`).test(this.#words);
  }
}

/** In the old nodes what a message said counted more than what stood in the node. */
const jsonata = (value: string): Typed => ({ value, type: "jsonata" });

function deviceFor(node: FlowNode, before: Before, around: Around): Typed {
  const property = Object.hasOwn(node, "devId") && !Object.hasOwn(node, "dev_id") ? "devId" : "dev_id";
  const device = idFor(around.target, textIn(node, property));
  const fromMessage = before.has("event") ? `(${property} ? ${property} : deviceId)` : property;
  if (device === "") return before.has("event") ? jsonata(fromMessage) : { value: property, type: "msg" };
  if (!before.mentions(property) && !before.has("uplink") && !before.has("event"))
    return { value: device, type: "str" };
  return jsonata(`${property} ? ${property} : ${JSON.stringify(device)}`);
}

/** V2 took FPort 1 where nothing was said. */
function portFor(node: FlowNode, before: Before): Typed {
  const written = textIn(node, "port");
  const port = /^\d{1,3}$/.test(written) && Number(written) > 0 ? written : "1";
  if (!before.mentions("port") && !before.has("uplink")) return { value: port, type: "num" };
  return jsonata(`port ? port : ${Number(port)}`);
}

function confirmedFor(node: FlowNode, before: Before): Typed {
  const isConfirmed = node.confirmed === true || node.confirmed === "true";
  const mentioned = before.mentions("confirmed");
  if (isConfirmed) {
    return mentioned ? jsonata("$exists(confirmed) ? confirmed : true") : { value: "true", type: "bool" };
  }
  return mentioned || before.has("uplink")
    ? { value: "confirmed", type: "msg" }
    : { value: "false", type: "bool" };
}

function operationFor(schedule: string, before: Before): Typed {
  const isReplace = schedule === "" || schedule === "replace";
  if (!before.mentions("schedule")) return { value: isReplace ? "replace" : "push", type: "str" };
  return jsonata(
    isReplace
      ? 'schedule in ["first", "last"] ? "push" : "replace"'
      : 'schedule = "replace" ? "replace" : "push"',
  );
}

/** What a node that comes before makes of `msg.payload`, as far as it can be read off. */
const MAKES: Readonly<Record<string, (node: FlowNode) => Encoding | undefined>> = {
  function: (node) => encodingInCode(textIn(node, "func")),
  change: (node) => encodingInCode(JSON.stringify(node.rules ?? "")),
  json: () => "decoded",
  template: (node) => (textIn(node, "output") === "json" ? "decoded" : undefined),
  inject: (node) => encodingOfInject(textIn(node, "payloadType"), textIn(node, "payload")),
};

function encodingInCode(code: string): Encoding | undefined {
  if (!code.includes("payload")) return undefined;
  if (/toString\(\s*16\s*\)|["'](hex)["']/.test(code) && !/from\([^)]{0,200}["']hex["']/.test(code))
    return "hex";
  if (/Buffer|Uint8Array|payload["']?\s*[:=]\s*\[/.test(code)) return "bytes";
  return /payload["']?\s*[:=]\s*\{/.test(code) ? "decoded" : undefined;
}

function encodingOfInject(type: string, payload: string): Encoding | undefined {
  if (type === "bin") return "bytes";
  if (type === "json") return payload.startsWith("{") ? "decoded" : "bytes";
  return type === "str" && /^(?:[0-9a-f]{2})+$/i.test(payload) ? "hex" : undefined;
}

function encodingFor(before: Before): Encoding {
  for (const node of before.nodes) {
    const make = Object.hasOwn(MAKES, node.type) ? MAKES[node.type] : undefined;
    const made = make?.(node);
    if (made !== undefined) return made;
  }
  return "bytes";
}

export function downlinkFrom(node: FlowNode, around: Around, wiring: Wiring): Made {
  const before = new Before(wiring, node.id);
  const note = noteOn(node);
  const encoding = encodingFor(before);
  const schedule = textIn(node, "schedule");
  // Before 1.0 everything came in msg.payload, and the queue had room for one.
  const isFirst = !Object.hasOwn(node, "dev_id") && !Object.hasOwn(node, "devId");
  const device: Typed = isFirst
    ? jsonata("payload.devEUI ? payload.devEUI : payload.devId")
    : deviceFor(node, before, around);
  const fPort: Typed = isFirst ? jsonata("payload.port ? payload.port : 1") : portFor(node, before);
  const payload: Typed = isFirst
    ? jsonata("payload.payload_raw ? payload.payload_raw : payload.payload")
    : { value: "payload", type: "msg" };
  const operation = operationFor(schedule, before);
  const confirmed = confirmedFor(node, before);
  const notes: Note[] = [];
  const given = textIn(node, "dev_id") || textIn(node, "devId");
  const renamed = idFor(around.target, given);
  if (renamed !== given) notes.push(note("migration.device-renamed", { given, device: renamed }));
  if (schedule === "first" || (before.mentions("schedule") && before.mentions("first")))
    notes.push(note("migration.schedule-first"));
  if (isFirst) notes.push(note("migration.first-version"));
  notes.push(note("migration.encoding", { encoding }));
  return {
    nodes: [
      {
        ...commonOf(node),
        id: node.id,
        type: "tts-downlink",
        name: textIn(node, "name"),
        wires: [[]],
        connection: around.connection,
        ...{ device: device.value, deviceType: device.type },
        ...{ operation: operation.value, operationType: operation.type },
        ...{ fPort: fPort.value, fPortType: fPort.type },
        ...{ payload: payload.value, payloadType: payload.type, encoding },
        ...{ confirmed: confirmed.value, confirmedType: confirmed.type },
      },
    ],
    notes,
  };
}
