/** Flows with downlink nodes: what goes in, and everything that may come out. */
import assert from "node:assert/strict";
import type { DownlinkProperties } from "../../nodes/tts-downlink/properties";
import type { DownlinkView } from "../../src/delivery/contract";
import { javaScriptFormatter, type SimulatedDevice, type Simulator } from "../../simulator/simulator";
import type { DownlinkItem } from "../../src/downlink/order";
import {
  connection,
  listeners,
  node,
  running,
  simulated,
  sink,
  subscribed,
  tab,
  type Credentials,
  type FlowNode,
  type Flows,
  type Message,
} from "./nodeRed";

export const device = (id: string, given: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
  id,
  class: "A",
  joined: true,
  makeUplink: () => ({ f_port: 1, frm_payload: "AQ==" }),
  ...given,
});

/** A valve that opens, with an encoder; one without; one that has not joined. */
export const DEVICES: readonly SimulatedDevice[] = [
  device("valve", {
    downlinkFormatter: javaScriptFormatter({
      encodeDownlink({ data }) {
        if (typeof data?.level !== "number") throw new Error("level is missing");
        return { bytes: data.level < 0 ? [] : [data.level] };
      },
    }),
  }),
  device("lamp"),
  device("lamp-2"),
  device("new-lamp", { joined: false }),
];

export type Properties = { readonly [Name in keyof DownlinkProperties]?: unknown };

export const downlink = (more: Properties = {}, id = "downlink"): FlowNode =>
  node("tts-downlink", id, { ...more });

/** Sends on to the sink `completed` each input message that these nodes are done with. */
export const complete = (...scope: string[]): FlowNode[] => [
  { id: "complete", type: "complete", z: "tab", x: 0, y: 0, scope, uncaught: false, wires: [["completed"]] },
  sink("completed"),
];

export function downlinkFlow(simulator: Simulator | undefined, more: Properties = {}): FlowNode[] {
  return [tab(), connection(simulator), downlink(more), sink(), ...listeners(), ...complete("downlink")];
}

export async function withDevices(options: Parameters<typeof simulated>[0] = {}): Promise<Simulator> {
  return simulated({ devices: DEVICES, timing: { acceptedAfter: 1 }, ...options });
}

/** What a node that sends subscribes to. */
export const FILTERS = 6;

/** A flow that is connected, with all subscriptions that its downlink node needs on their way. */
export async function sending(
  simulator: Simulator,
  nodes: readonly FlowNode[] = downlinkFlow(simulator),
  credentials: Credentials = { connection: { apiKey: simulator.apiKey } },
): Promise<Flows> {
  const flows = await running(nodes, credentials);
  await subscribed(simulator, FILTERS);
  return flows;
}

export interface Given {
  readonly deviceId?: unknown;
  readonly payload?: unknown;
  readonly [field: string]: unknown;
}

/** Gives a message to a node; by default one that nothing is wrong with. */
export function give(flows: Flows, message: Given = {}, id = "downlink"): void {
  flows.getNode(id).receive({ deviceId: "valve", payload: Buffer.from([1]), ...message });
}

export function viewOf(message: Message): DownlinkView {
  assert.ok(message.downlink, "no downlink in the message");
  return message.downlink as DownlinkView;
}

/** The steps, without the first one of what came before the subscriptions stood. */
export const stepsOf = (message: Message): string[] =>
  viewOf(message)
    .steps.map(({ state }) => state)
    .filter((state) => state !== "held");

/** The downlinks of each publish, as the server got them. */
export const wire = (simulator: Simulator): DownlinkItem[][] =>
  simulator.publishes.map(
    ({ payload }) => (JSON.parse(payload.toString()) as { downlinks: DownlinkItem[] }).downlinks,
  );

/** Without the correlation ID that each downlink gets. */
export function onWire(simulator: Simulator): DownlinkItem[] {
  return wire(simulator)
    .flat()
    .map(({ correlation_ids = [], ...item }) => {
      const own = correlation_ids.filter((id) => !id.startsWith("node-red:"));
      assert.equal(own.length, correlation_ids.length - 1);
      return own.length > 0 ? { ...item, correlation_ids: own } : item;
    });
}

const ofConnection = ({ error }: Message): boolean => error?.source.type === "tts-connection";

/** Nothing is left that was not taken, other than what the connection itself has to say. */
export function nothingMore(flows: Flows): void {
  const caught = flows.untaken("caught").filter((message) => !ofConnection(message));
  assert.deepEqual([flows.untaken(), flows.untaken("completed"), caught], [[], [], []]);
}

/** The next error of a downlink: its code, which stands twice, and its text. */
export async function failure(
  flows: Flows,
  caught = "caught",
): Promise<{ code: string; text: string; message: Message }> {
  let message = await flows.next(caught);
  while (ofConnection(message)) message = await flows.next(caught);
  const { error } = message;
  assert.ok(error);
  const code = error.code ?? "";
  assert.equal(error.cause?.code, code);
  assert.doesNotMatch(error.message, /__|\[object/);
  return { code, text: error.message, message };
}

/** Waits for something that the simulator sees, and that has no event of its own. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 8_000;
  while (!condition()) {
    assert.ok(performance.now() < end, `waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** When a device's queue has so many in it. */
export const queued = (simulator: Simulator, deviceId: string, number = 1): Promise<void> =>
  until(() => simulator.queue(deviceId).length === number, `${number} in the queue of ${deviceId}`);

export const published = (simulator: Simulator, number: number): Promise<void> =>
  until(() => simulator.publishes.length >= number, `${number} publishes`);
