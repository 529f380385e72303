import type { Node, NodeAPI, NodeStatus } from "node-red";
import type { Delivery } from "../../src/connection/router";
import type { Explanation } from "../../src/stack/explanation";
import { parseDevicePattern } from "../../src/stack/filters";
import type { Kind } from "../../src/stack/kinds";
import type { TtsConnectionNode } from "../tts-connection/runtime";
import { asMessage, getConfigNode } from "./red";
import { nodeStatus, statusOf, StatusWriter, type ConnectionView } from "./status";
import { flowError, textOf } from "./text";
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
  view(delivery: Delivery): Outcome | undefined;
  /** What the status says of the last message. */
  label(delivery: Delivery): string;
}

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
  const written = asText(receiving.devices);
  const devices = parseDevicePattern(written);
  if (!devices.ok) {
    const values = { devices: written, part: devices.problem.part };
    refuse(RED, node, { code: "not_configured", key: "error.not-configured.devices", values });
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

  const status = new StatusWriter((next) => node.status(next));
  let view: ConnectionView = { state: "connecting" };
  let last: string | undefined;
  const waiting = [devices.text || textOf(RED, { key: "status.all-devices", values: {} }), receiving.waitsFor]
    .filter(Boolean)
    .join(" · ");
  const statusNow = (): NodeStatus => {
    const table = statusOf(view);
    if (view.state !== "connected") return nodeStatus(RED, table);
    if (last !== undefined) return nodeStatus(RED, table, last);
    return nodeStatus(RED, { ...table, key: "status.waiting", values: { what: waiting } });
  };
  const show = (): void => status.show(statusNow);

  const deliver = (delivery: Delivery): void => {
    const outcome = receiving.view(delivery);
    if (!outcome) return;
    const label = receiving.label(delivery);
    if (label !== last) {
      last = label;
      show();
    }
    if ("send" in outcome) node.send(asMessage(outcome.send));
    else node.error(flowError(RED, outcome.fail), asMessage(outcome.message));
  };

  const leave = connection.join({
    node,
    recipient: {
      kinds: receiving.kinds,
      everyDevice: devices.exact === undefined && devices.text === "",
      wantsDevice: (deviceId) => devices.matches(deviceId),
      ...(receiving.wantsPort ? { wantsPort: receiving.wantsPort } : {}),
      deliver: (delivery) => {
        // Nothing that comes over the wire may end the process, nor keep a message from other nodes.
        try {
          deliver(delivery);
        } catch (error) {
          node.error(error instanceof Error ? error : String(error), { topic: delivery.topic });
        }
      },
    },
    onView: (next) => {
      view = next;
      show();
    },
  });
  node.on("close", (_removed: boolean, done: () => void) => {
    status.end();
    leave().then(done, done);
  });
}
