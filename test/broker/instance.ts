/**
 * One of several Node-REDs, as far as its connection goes: a process that writes a line of JSON for each message that it gets and for
 * each end of a downlink, and takes a downlink from each line that it reads. Arguments: properties of a connection as JSON.
 */
import { createInterface } from "node:readline";
import { sharedSessionFor } from "../../src/account/sharedSession";
import { CONNECTION_DEFAULTS, type ConnectionProperties } from "../../src/stack/connectionProperties";
import { readSettings } from "../../src/account/settings";
import { buildOrder } from "../../src/downlink/build";
import type { Kind } from "../../src/stack/kinds";

export type InstanceNews =
  | { readonly news: "connected" }
  | { readonly news: "uplink"; readonly deviceId: string }
  | {
      readonly news: "downlink";
      readonly tag: string;
      readonly steps: readonly string[];
      readonly error?: string;
    };

const tell = (news: InstanceNews): void => {
  process.stdout.write(`${JSON.stringify(news)}\n`);
};

const given = JSON.parse(process.argv[2] ?? "{}") as Partial<ConnectionProperties>;
const read = readSettings({ ...CONNECTION_DEFAULTS, ...given }, {}, undefined);
if (!read.ok) throw new Error(read.explanation.key);
const session = sharedSessionFor(read.settings, {
  levels: { debug: false, trace: false },
  attend: () => () => undefined,
}).resource;
const uplinks = new Set<Kind>(["uplink_message"]);
session.receive({
  kinds: uplinks,
  everyDevice: true,
  wantsDevice: () => true,
  deliver: ({ origin }) => tell({ news: "uplink", deviceId: origin.deviceId }),
});
const { courier } = session.joinSenders("instance", undefined);

let connected = false;
const look = (): void => {
  if (connected || session.viewFor(new Set()).state !== "connected") return;
  connected = true;
  tell({ news: "connected" });
};
session.listen({
  onState: look,
  onNotice: () => undefined,
  onUnreached: () => undefined,
  onLogEntry: () => undefined,
});

createInterface({ input: process.stdin }).on("line", (text) => {
  const { device, tag } = JSON.parse(text) as { device: string; tag: string };
  const values = {
    device,
    operation: "push",
    fPort: 1,
    payload: "AQ==",
    encoding: "base64",
    report: "queued",
  };
  const built = buildOrder(values, session.downlinkLimits, Date.now());
  if (!built.ok) throw new Error(built.refusal.key);
  const { order } = built;
  if (order.operation === "list") throw new Error("nothing is sent to read a queue");
  let steps: readonly string[] = [];
  courier.send(
    { order, report: "queued", timeout: 5, offline: "hold" },
    {
      onStep: (view) => (steps = view.steps.map(({ state }) => state)),
      onReport: () => undefined,
      onEnd: (failure) =>
        tell({ news: "downlink", tag, steps, ...(failure === undefined ? {} : { error: failure.code }) }),
    },
  );
});
