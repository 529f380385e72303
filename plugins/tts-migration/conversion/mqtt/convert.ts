/**
 * Flows with core's MQTT nodes for The Things Stack: `mqtt in` and `mqtt out` become nodes of this package, in such a way that nothing
 * behind them has to change. Pure; what it is given may be anything. Usable in the browser.
 */
import type { Conversion } from "../convert";
import { isFlowNode, textIn, wiresOf, type FlowNode } from "../flow";
import { noteOn, type Converted, type Note } from "../note";
import { Places } from "../places";
import { connectionFor, loginAt, type Broker } from "./brokers";
import { givesText, readNode, stackBrokerOf, type Reading } from "./reading";
import { receivingFrom, type Around } from "./receiving";
import { makesObject, sendingFrom } from "./sending";
import { TextReaders } from "./text";
import type { Application } from "./topics";

type Convertible = Exclude<Reading, { role: "left" }>;

/**
 * @param newId for nodes that are added: an ID that is not in use
 * @param users user names by the IDs of brokers, as far as they are known: they are those of applications
 */
export function convertMqtt(
  flow: readonly unknown[],
  newId: () => string,
  users: ReadonlyMap<string, string> = new Map(),
): Conversion {
  const nodes = flow.filter(isFlowNode);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const readings = new Map<string, Reading>();
  const atStack = new Set(nodes.map(stackBrokerOf));
  for (const node of nodes) {
    const broker = textIn(node, "broker");
    const named = byId.get(broker);
    const reading = readNode(node, named?.type === "mqtt-broker" ? named : undefined, atStack.has(broker));
    if (reading) readings.set(node.id, reading);
  }
  const connections = new Connections(nodes, readings, newId, users);
  const readers = new TextReaders(nodes);
  const { takeBelow: placeBelow } = new Places(nodes);
  const parsers = new Map<string, FlowNode>();
  const results = new Map<string, Converted>();
  for (const node of nodes) {
    const reading = readings.get(node.id);
    if (!reading || reading.role === "left") continue;
    const around: Around = { connection: connections.idFor(reading), newId, placeBelow };
    const made = reading.role === "in" ? received(node, reading, around) : sent(node, reading, around);
    const types = made.nodes.map(({ type }) => type).join(", ");
    results.set(node.id, {
      ...made,
      notes: [noteOn(node)("migration.mqtt-becomes", { types }), ...made.notes],
    });
  }
  for (const parser of parsers.values())
    results.set(parser.id, {
      nodes: [{ ...parser, action: "obj" }],
      notes: [noteOn(parser)("migration.mqtt-json")],
    });
  return conversionOf(flow, results, connections.made(), readings);

  function received(node: FlowNode, { filter }: Extract<Reading, { role: "in" }>, around: Around): Converted {
    const toBeSet = givesText(node) ? readers.toBeSet(node) : [];
    toBeSet?.forEach((parser) => parsers.set(parser.id, parser));
    const made = receivingFrom(node, filter, around, toBeSet === undefined);
    return toBeSet ? made : { ...made, notes: [noteOn(node)("migration.mqtt-text")] };
  }

  function sent(node: FlowNode, { target }: Extract<Reading, { role: "out" }>, around: Around): Converted {
    const sources = readers.sourcesOf(node.id);
    const made = sendingFrom(node, target, around, sources.length > 0 && sources.every(makesObject));
    const note = noteOn(node);
    const notes = [
      note("migration.mqtt-downlink"),
      ...(target ? [] : [note("migration.mqtt-by-message")]),
      ...(made.input === undefined ? [] : [note("migration.mqtt-body")]),
    ];
    return { ...made, notes };
  }
}

/** One for each broker and application. */
class Connections {
  readonly #byKey = new Map<string, { id: string; broker: Broker; application: Application }>();
  /** By brokers, the applications that topics name. */
  readonly #named = new Map<string, Map<string, Application>>();
  /** What nodes name that stay as they are: a broker that is not among it is free. */
  readonly #used = new Set<unknown>();
  readonly #newId: () => string;
  readonly #users: ReadonlyMap<string, string>;

  constructor(
    nodes: readonly FlowNode[],
    readings: ReadonlyMap<string, Reading>,
    newId: () => string,
    users: ReadonlyMap<string, string>,
  ) {
    this.#newId = newId;
    this.#users = users;
    for (const node of nodes) {
      const reading = readings.get(node.id);
      if (reading && reading.role !== "left") this.#name(reading);
      else for (const [name, value] of Object.entries(node)) if (name !== "id") this.#used.add(value);
    }
  }

  #name({ broker, application }: Convertible): void {
    const { applicationId, tenantId } = application;
    const named = this.#named.get(broker.node.id) ?? new Map<string, Application>();
    if (applicationId !== "") named.set(`${applicationId}@${tenantId}`, application);
    this.#named.set(broker.node.id, named);
  }

  idFor({ broker, application: named }: Convertible): string {
    const application = named.applicationId === "" ? this.#applicationOf(broker) : named;
    const key = JSON.stringify([broker.node.id, application.applicationId, application.tenantId]);
    const known = this.#byKey.get(key) ?? { id: this.#newId(), broker, application };
    this.#byKey.set(key, known);
    return known.id;
  }

  made(): readonly Converted[] {
    return [...this.#byKey.values()].map(({ id, broker, application }) =>
      connectionFor(broker, application, id, !this.#used.has(broker.node.id)),
    );
  }

  /** Of a topic that names none: who logs in, else the only one that other topics at this broker name. */
  #applicationOf(broker: Broker): Application {
    const login = loginAt(broker, this.#users);
    const named = this.#named.get(broker.node.id) ?? new Map<string, Application>();
    const [only] = named.values();
    return login.applicationId === "" && only && named.size === 1 ? only : login;
  }
}

function conversionOf(
  flow: readonly unknown[],
  results: ReadonlyMap<string, Converted>,
  connections: readonly Converted[],
  readings: ReadonlyMap<string, Reading>,
): Conversion {
  const nodes = flow.filter(isFlowNode);
  const added = connections.flatMap((one) => one.nodes);
  const inputs = new Map(
    [...results].flatMap(([id, { input }]) => (input === undefined ? [] : [[id, input] as const])),
  );
  const parsers = new Set(inputs.values());
  const made = [...results.values()].flatMap((one) => one.nodes);
  const left = [...readings.values()].flatMap((reading): readonly Note[] =>
    reading.role === "left" ? [reading.note] : [],
  );
  return {
    origin: "mqtt",
    flow: [
      ...flow.flatMap(
        (entry): readonly unknown[] =>
          (isFlowNode(entry) ? results.get(entry.id)?.nodes : undefined) ?? [entry],
      ),
      ...added,
    ].map((entry) => (isFlowNode(entry) && !parsers.has(entry.id) ? ledTo(entry, inputs) : entry)),
    replacements: nodes.flatMap((old) => {
      const result = results.get(old.id);
      if (!result) return [];
      const { nodes: instead, outputs, input } = result;
      return [
        { old, nodes: instead, ...(outputs ? { outputs } : {}), ...(input === undefined ? {} : { input }) },
      ];
    }),
    added,
    made: [...made, ...added].map(({ id }) => id),
    converted: [...readings.values()].filter(({ role }) => role !== "left").length,
    notes: [
      ...connections.flatMap((one) => one.notes),
      ...[...results.values()].flatMap((one) => one.notes),
      ...left,
    ],
  };
}

/** A node with its wires led to the nodes that are in front of others now. */
function ledTo(node: FlowNode, inputs: ReadonlyMap<string, string>): FlowNode {
  const wires = wiresOf(node);
  if (!wires.flat().some((id) => inputs.has(id))) return node;
  return { ...node, wires: wires.map((ids) => ids.map((id) => inputs.get(id) ?? id)) };
}
