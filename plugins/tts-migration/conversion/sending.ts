import { commonOf, textIn, type FlowNode } from "./flow";
import { idFor, noteOn, type Converted, type Note } from "./note";
import type { Surroundings } from "./receiving";
import type { Upstream } from "./upstream";

interface Typed {
  readonly value: string;
  readonly type: "msg" | "str" | "num" | "bool" | "jsonata";
}

/** In the old nodes what a message said counted more than what stood in the node. */
const jsonata = (value: string): Typed => ({ value, type: "jsonata" });

function deviceFor(node: FlowNode, upstream: Upstream, surroundings: Surroundings): Typed {
  const property = Object.hasOwn(node, "devId") && !Object.hasOwn(node, "dev_id") ? "devId" : "dev_id";
  const device = idFor(surroundings.target, textIn(node, property));
  const fromMessage = upstream.has(node.id, "event") ? `(${property} ? ${property} : deviceId)` : property;
  if (device === "")
    return upstream.has(node.id, "event") ? jsonata(fromMessage) : { value: property, type: "msg" };
  if (!upstream.has(node.id, property) && !upstream.has(node.id, "uplink") && !upstream.has(node.id, "event"))
    return { value: device, type: "str" };
  return jsonata(`${property} ? ${property} : ${JSON.stringify(device)}`);
}

/** V2 took FPort 1 where nothing was said. */
function portFor(node: FlowNode, upstream: Upstream): Typed {
  const written = textIn(node, "port");
  const port = /^\d{1,3}$/.test(written) && Number(written) > 0 ? written : "1";
  if (!upstream.has(node.id, "port") && !upstream.has(node.id, "uplink")) return { value: port, type: "num" };
  return jsonata(`port ? port : ${Number(port)}`);
}

function confirmedFor(node: FlowNode, upstream: Upstream): Typed {
  const isConfirmed = node.confirmed === true || node.confirmed === "true";
  const mentioned = upstream.has(node.id, "confirmed");
  if (isConfirmed) {
    return mentioned ? jsonata("$exists(confirmed) ? confirmed : true") : { value: "true", type: "bool" };
  }
  return mentioned || upstream.has(node.id, "uplink")
    ? { value: "confirmed", type: "msg" }
    : { value: "false", type: "bool" };
}

function operationFor(node: FlowNode, schedule: string, upstream: Upstream): Typed {
  const isReplace = schedule === "" || schedule === "replace";
  if (!upstream.has(node.id, "schedule")) return { value: isReplace ? "replace" : "push", type: "str" };
  return jsonata(
    isReplace
      ? 'schedule in ["first", "last"] ? "push" : "replace"'
      : 'schedule = "replace" ? "replace" : "push"',
  );
}

export function downlinkFrom(node: FlowNode, surroundings: Surroundings, upstream: Upstream): Converted {
  const note = noteOn(node);
  const encoding = upstream.encoding(node.id) ?? "bytes";
  const schedule = textIn(node, "schedule");
  // Before 1.0 everything came in msg.payload, and the queue had room for one.
  const isFirst = !Object.hasOwn(node, "dev_id") && !Object.hasOwn(node, "devId");
  const device: Typed = isFirst
    ? jsonata("payload.devEUI ? payload.devEUI : payload.devId")
    : deviceFor(node, upstream, surroundings);
  const fPort: Typed = isFirst ? jsonata("payload.port ? payload.port : 1") : portFor(node, upstream);
  const payload: Typed = isFirst
    ? jsonata("payload.payload_raw ? payload.payload_raw : payload.payload")
    : { value: "payload", type: "msg" };
  const operation = operationFor(node, schedule, upstream);
  const confirmed = confirmedFor(node, upstream);
  const notes: Note[] = [];
  const given = textIn(node, "dev_id") || textIn(node, "devId");
  const renamed = idFor(surroundings.target, given);
  if (renamed !== given) notes.push(note("migration.device-renamed", { given, device: renamed }));
  if (schedule === "first" || (upstream.has(node.id, "schedule") && upstream.has(node.id, "first")))
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
        connection: surroundings.connection,
        ...{ device: device.value, deviceType: device.type },
        ...{ operation: operation.value, operationType: operation.type },
        ...{ fPort: fPort.value, fPortType: fPort.type },
        ...{ payload: payload.value, payloadType: payload.type, encoding },
        ...{ confirmed: confirmed.value, confirmedType: confirmed.type },
      },
    ],
    notes,
    // The old node had no output.
    outputs: [],
  };
}
