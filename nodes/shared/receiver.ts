import type { ConnectionView } from "../../src/account/view";
import type { Node, NodeAPI, NodeStatus } from "node-red";
import { warnOfBug } from "../../src/connection/unexpected";
import { explainNotDecoded, isNotDecoded } from "../../src/diagnosis/notDecoded";
import { portOf, type Delivery, type Recipient } from "../../src/connection/routes";
import type { Explanation, Text } from "../../src/stack/explanation";
import {
  LONGEST_LIST,
  parseDevicePattern,
  type DevicePattern,
  type FilterProblem,
} from "../../src/stack/filters";
import type { IdentifierForm } from "../../src/stack/identifiers";
import { isNetworkKind, type Kind } from "../../src/stack/kinds";
import type { ServiceTraits } from "../../src/stack/services";
import type { TtsConnectionNode } from "../tts-connection/configNode";
import { findConnection } from "./findConnection";
import { LastMessage, waitingFor } from "./lastMessage";
import { MissingDevices } from "./missingDevices";
import type { Outcome } from "./outcome";
import { asMessage } from "./red";
import { refuse } from "./refuse";
import { nodeStatus, statusOf, StatusWriter } from "./status";
import { accident, flowError, textOf } from "./text";
import { explainProperties } from "./unsetVariable";
import { asCommaList } from "../../src/stack/values";

/** What a receiving node wants, and what it makes of it. */
export interface Receiving {
  readonly connection: string;
  readonly devices: string;
  readonly kinds: ReadonlySet<Kind>;
  readonly wantsPort?: (fPort: number | undefined) => boolean;
  /** As written in the form; for the status before the first message. */
  readonly ports?: string;
  /** A payload that is missing is an error of this node: then the decoder's own error says why. */
  readonly asksDecoder?: boolean;
  /** Undefined: not for this node after all. */
  readonly view: (delivery: Delivery) => Outcome | undefined;
}

type Devices = Extract<DevicePattern, { ok: true }>;

/** Makes a node receive: finds its connection, joins it, shows its state, and leaves it when the node closes. */
export function receive(RED: NodeAPI, node: Node, receiving: Receiving): void {
  const found = findConnection(RED, receiving.connection);
  if (!found.ok) {
    refuse(RED, node, found.explanation);
    return;
  }
  const { connection } = found;
  const devices = readDevices(receiving.devices, connection.traits.generation);
  if (!devices.ok) {
    refuse(RED, node, devices.explanation);
    return;
  }

  const never = [...receiving.kinds].filter((kind) => connection.kinds?.has(kind) === false);
  const { error, warning } = lackOf(never, connection.traits);
  const values = { events: never.join(", ") };
  if (never.length === receiving.kinds.size) {
    refuse(RED, node, { code: "not_configured", key: error, values });
    return;
  }
  if (never.length > 0 && warning !== undefined) node.warn(textOf(RED, { key: warning, values }));

  const { asksDecoder = false } = receiving;
  const receivingNode = new ReceivingNode(RED, node, receiving, devices.pattern, connection);
  const leave = connection.join({
    node,
    recipient: receivingNode,
    onView: (view) => receivingNode.show(view),
    naming: receivingNode.missing,
    asksDecoder,
  });
  node.on("close", (_removed: boolean, done: () => void) => {
    receivingNode.end();
    leave().then(done, done);
  });
}

/** The list of devices of a node, or why it cannot be used. */
export function readDevices(
  given: unknown,
  generation: IdentifierForm,
):
  | { readonly ok: true; readonly pattern: Devices }
  | { readonly ok: false; readonly explanation: Explanation } {
  const unset = explainProperties({ devices: given }, { devices: "" });
  if (unset !== undefined) return { ok: false, explanation: unset };
  const written = asCommaList(given);
  const pattern = parseDevicePattern(written, generation);
  return pattern.ok
    ? { ok: true, pattern }
    : { ok: false, explanation: explainDevices(written, pattern.problem, generation) };
}

/** Why a list of devices cannot be used, with the entry that is wrong and what was probably meant. */
function explainDevices(
  devices: string,
  { part, rule, near }: FilterProblem,
  generation: IdentifierForm,
): Explanation {
  const code = "not_configured";
  if (rule === "too_long") {
    const most = LONGEST_LIST.devices;
    return { code, key: "error.not-configured.devices-too-long", values: { most } };
  }
  const values = { devices, part };
  if (near !== undefined) {
    return { code, key: "error.not-configured.devices-near", values: { ...values, near } };
  }
  if (rule !== "never") return { code, key: "error.not-configured.devices", values };
  return generation === "v2"
    ? { code, key: "error.not-configured.devices-never-v2", values }
    : { code, key: "error.not-configured.devices-never", values };
}

/** What to say where all events of a node never come on its connection, and where some do not. */
interface Lack {
  readonly error: string;
  readonly warning?: string;
}

const NO_TOPIC: Lack = { error: "error.not-configured.no-topic", warning: "warning.no-topic" };
const NO_STREAM: Lack = {
  error: "error.not-configured.network-events",
  warning: "warning.network-events",
};
/** V2 has no such events at all, which the form says. */
const NEVER: Lack = { error: "error.not-configured.events" };

function lackOf(never: readonly Kind[], { throughBroker, generation }: ServiceTraits): Lack {
  if (generation === "v2") return NEVER;
  if (never.every(isNetworkKind)) return NO_STREAM;
  return throughBroker ? NO_TOPIC : NEVER;
}

/** As core's MQTT nodes do. */
const RETAINED = { retain: true };
const BACKFILLED = { backfilled: true };

function mark(outcome: Outcome, fields: object): void {
  if ("send" in outcome) Object.assign(outcome.send, fields);
  else if ("fail" in outcome) Object.assign(outcome.message, fields);
}

/**
 * A receiving node on its connection. One object, so that what a message needs of its node lies together in memory: with a thousand
 * nodes, fetching it from there is what costs.
 */
class ReceivingNode implements Recipient {
  readonly kinds: Recipient["kinds"];
  readonly everyDevice: boolean;
  readonly named: readonly string[] | undefined;
  readonly wantsPort: Recipient["wantsPort"];
  readonly missing: MissingDevices;
  readonly #node: Node;
  readonly #view: Receiving["view"];
  readonly #last = new LastMessage();
  readonly #RED: NodeAPI;
  readonly #status: StatusWriter;
  readonly #devices: Devices;
  readonly #ports: string;
  readonly #statusNow = (): NodeStatus => this.#statusOf(this.#connection);
  readonly #decoder: Pick<TtsConnectionNode, "decoderError"> | undefined;
  #hasWarned = false;
  #connection: ConnectionView = { state: "connecting" };
  #ended = false;

  constructor(
    RED: NodeAPI,
    node: Node,
    receiving: Receiving,
    devices: Devices,
    connection: TtsConnectionNode,
  ) {
    this.#decoder = receiving.asksDecoder === true ? connection : undefined;
    this.#RED = RED;
    this.#node = node;
    this.#view = receiving.view;
    this.#devices = devices;
    this.#ports = receiving.ports ?? "";
    this.#status = new StatusWriter((next) => node.status(next));
    this.missing = new MissingDevices(RED, node, devices.text, () => this.#status.show(this.#statusNow));
    this.kinds = receiving.kinds;
    this.everyDevice = devices.exact === undefined && devices.text === "";
    this.named = devices.exact;
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
    this.#status.show(this.#statusNow);
  }

  end(): void {
    this.#ended = true;
    this.#status.end();
  }

  #deliver(delivery: Delivery): void {
    const outcome = this.#view(delivery);
    if (!outcome) return;
    if (delivery.retained) mark(outcome, RETAINED);
    if (delivery.backfilled === true) mark(outcome, BACKFILLED);
    if (this.#decoder && "fail" in outcome && isNotDecoded(outcome.fail))
      this.#askDecoder(this.#decoder, delivery, outcome);
    else this.#tell(delivery, outcome);
  }

  /** Tells what is missing once the decoder's error is there, or known not to come. */
  #askDecoder(
    decoder: Pick<TtsConnectionNode, "decoderError">,
    delivery: Delivery,
    outcome: Extract<Outcome, { fail: unknown }>,
  ): void {
    const { origin, received } = delivery;
    decoder
      .decoderError(origin.deviceId, received.message.correlation_ids ?? [])
      .then((error) => {
        const fail = error ? explainNotDecoded(error, origin.deviceId) : outcome.fail;
        // A node that is closed has no flow to tell it to.
        if (!this.#ended) this.#tell(delivery, { ...outcome, fail });
      })
      .catch(warnOfBug);
  }

  #tell({ origin, arrivedAt, received }: Delivery, outcome: Outcome): void {
    if (this.#last.take(origin.deviceId, portOf(received), arrivedAt, outcome))
      this.#status.show(this.#statusNow);
    if ("send" in outcome) {
      if (outcome.warning) this.#warnOnce(outcome.warning);
      this.#node.send(asMessage(outcome.send));
    } else if ("fail" in outcome)
      this.#node.error(flowError(this.#RED, outcome.fail), asMessage(outcome.message));
  }

  /** What is so with one message mostly is so with all. */
  #warnOnce(warning: Text): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#node.warn(textOf(this.#RED, warning));
  }

  #statusOf(connection: ConnectionView): NodeStatus {
    const table = statusOf(connection);
    if (connection.state !== "connected") return nodeStatus(this.#RED, table);
    if (!this.#last.any) {
      const { status } = this.missing;
      return status
        ? nodeStatus(this.#RED, status)
        : nodeStatus(this.#RED, table, waitingFor(this.#RED, this.#devices.text, this.#ports));
    }
    return nodeStatus(this.#RED, { ...table, fill: this.#last.fill }, this.#last.line(this.#RED));
  }
}
