import type { Node, NodeAPI, NodeStatus } from "node-red";
import { portOf, type Delivery, type Recipient } from "../../src/connection/routes";
import type { Explanation } from "../../src/stack/explanation";
import {
  LONGEST_LIST,
  parseDevicePattern,
  type DevicePattern,
  type FilterProblem,
} from "../../src/stack/filters";
import type { Kind } from "../../src/stack/kinds";
import type { TtsConnectionNode } from "../tts-connection/runtime";
import { asMessage, getConfigNode } from "./red";
import { nodeStatus, statusOf, StatusWriter, type ConnectionView } from "./status";
import { accident, flowError, textOf } from "./text";
import { explainUnsetVariable } from "./unsetVariable";
import { asText } from "./values";

/** What a receiving node makes of a message. */
export type Outcome =
  | { readonly send: object }
  /** Catch gets `message` with the error. */
  | { readonly fail: Explanation; readonly message: object };

/** What a receiving node wants, and what it makes of it. */
export interface Receiving {
  readonly connection: string;
  readonly devices: string;
  readonly kinds: ReadonlySet<Kind>;
  readonly wantsPort?: (fPort: number | undefined) => boolean;
  /** For the status before the first message: more than the devices. */
  readonly waitsFor?: string;
  /** Undefined: not for this node after all. */
  readonly view: (delivery: Delivery) => Outcome | undefined;
}

type Devices = Extract<DevicePattern, { ok: true }>;

/** Marks a node whose form holds something that cannot work, and says what. */
export function refuse(RED: NodeAPI, node: Node, explanation?: Explanation): void {
  // The Catch and Status nodes of a tab exist only when all its nodes do.
  const telling = setImmediate(() => {
    node.status(nodeStatus(RED, statusOf({ state: "not_configured" })));
    if (explanation) node.error(flowError(RED, explanation), {});
  });
  node.on("close", () => clearImmediate(telling));
}

/** Makes a node receive: finds its connection, joins it, shows its state, and leaves it when the node closes. */
export function receive(RED: NodeAPI, node: Node, receiving: Receiving): void {
  const connection = getConfigNode<TtsConnectionNode>(RED, receiving.connection);
  if (connection?.type !== "tts-connection") {
    refuse(RED, node, { code: "not_configured", key: "error.not-configured.connection", values: {} });
    return;
  }
  const unset = explainUnsetVariable({ devices: receiving.devices }, { devices: "" });
  if (unset !== undefined) {
    refuse(RED, node, unset);
    return;
  }
  const written = asText(receiving.devices);
  const devices = parseDevicePattern(written, connection.service === "v2" ? "v2" : "v3");
  if (!devices.ok) {
    refuse(RED, node, explainDevices(written, devices.problem, connection.service));
    return;
  }

  const never = [...receiving.kinds].filter((kind) => connection.kinds?.has(kind) === false);
  const isPubsub = connection.service === "pubsub";
  if (never.length === receiving.kinds.size) {
    const key = isPubsub ? "error.not-configured.no-topic" : "error.not-configured.events";
    refuse(RED, node, { code: "not_configured", key, values: { events: never.join(", ") } });
    return;
  }
  if (isPubsub && never.length > 0)
    node.warn(textOf(RED, { key: "warning.no-topic", values: { events: never.join(", ") } }));

  const reception = new Reception(RED, node, receiving, devices);
  const leave = connection.join({
    node,
    recipient: reception,
    onView: (view) => reception.show(view),
  });
  node.on("close", (_removed: boolean, done: () => void) => {
    reception.end();
    leave().then(done, done);
  });
}

/** Why a list of devices cannot be used, with the entry that is wrong and what was probably meant. */
function explainDevices(devices: string, { part, rule, near }: FilterProblem, service: string): Explanation {
  const code = "not_configured";
  if (rule === "too_long") {
    const most = LONGEST_LIST.devices;
    return { code, key: "error.not-configured.list-too-long", values: { list: "devices", most } };
  }
  const values = { devices, part };
  if (near !== undefined) {
    return { code, key: "error.not-configured.devices-near", values: { ...values, near } };
  }
  if (rule !== "never") return { code, key: "error.not-configured.devices", values };
  return service === "v2"
    ? { code, key: "error.not-configured.devices-never-v2", values }
    : { code, key: "error.not-configured.devices-never", values };
}

/**
 * A receiving node on its connection. One object, so that what a message needs of its node lies together in memory: with a thousand
 * nodes, fetching it from there is what costs.
 */
class Reception implements Recipient {
  readonly kinds: Recipient["kinds"];
  readonly everyDevice: boolean;
  readonly wantsPort: Recipient["wantsPort"];
  readonly #node: Node;
  readonly #view: Receiving["view"];
  #lastDevice: string | undefined;
  #lastPort: number | undefined;
  readonly #RED: NodeAPI;
  readonly #status: StatusWriter;
  readonly #devices: Devices;
  /** What it waits for, until the first message. */
  readonly #waiting: string;
  #connection: ConnectionView = { state: "connecting" };

  constructor(RED: NodeAPI, node: Node, receiving: Receiving, devices: Devices) {
    const everything = textOf(RED, { key: "status.all-devices", values: {} });
    this.#RED = RED;
    this.#node = node;
    this.#view = receiving.view;
    this.#devices = devices;
    this.#waiting = [devices.text || everything, receiving.waitsFor].filter(Boolean).join(" · ");
    this.#status = new StatusWriter((next) => node.status(next));
    this.kinds = receiving.kinds;
    this.everyDevice = devices.exact === undefined && devices.text === "";
    this.wantsPort = receiving.wantsPort;
  }

  wantsDevice(deviceId: string): boolean {
    return this.#devices.matches(deviceId);
  }

  deliver(delivery: Delivery): void {
    // Nothing that comes over the wire may end the process, nor keep a message from other nodes.
    try {
      this.#deliver(delivery);
    } catch (error) {
      this.#node.error(accident(error), { topic: delivery.topic });
    }
  }

  /** Shows the state of the connection. */
  show(connection: ConnectionView): void {
    this.#connection = connection;
    this.#status.show(() => this.#statusNow());
  }

  end(): void {
    this.#status.end();
  }

  #deliver(delivery: Delivery): void {
    const outcome = this.#view(delivery);
    if (!outcome) return;
    const { deviceId } = delivery.origin;
    const fPort = portOf(delivery.received);
    if (deviceId !== this.#lastDevice || fPort !== this.#lastPort) {
      this.#lastDevice = deviceId;
      this.#lastPort = fPort;
      this.#status.show(() => this.#statusNow());
    }
    if ("send" in outcome) this.#node.send(asMessage(outcome.send));
    else this.#node.error(flowError(this.#RED, outcome.fail), asMessage(outcome.message));
  }

  #statusNow(): NodeStatus {
    const table = statusOf(this.#connection);
    if (this.#connection.state !== "connected") return nodeStatus(this.#RED, table);
    const last = this.#lastDevice;
    if (last === undefined)
      return nodeStatus(this.#RED, { ...table, key: "status.waiting", values: { what: this.#waiting } });
    return nodeStatus(this.#RED, table, this.#lastPort === undefined ? last : `${last} · ${this.#lastPort}`);
  }
}
