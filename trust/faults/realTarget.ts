import { exec } from "node:child_process";
import { promisify } from "node:util";
import { connect } from "mqtt";
import { openTarget, type Target as RealTarget } from "../../test/conformance/target";
import { counted, itemsIn, numberIn, payloadOf } from "./numbers";
import type { Target } from "./target";

/**
 * The queues of devices of class A, emptied before, are what the server knows of all that was sent: of those in `TTS_DEVICES` (IDs with commas
 * between them), or of one; a server takes the downlinks to a device one after the other. `TTS_RESTART` is a command that restarts the server,
 * and ends when that is up again; without it there are no restarts.
 */
export async function real(): Promise<Target> {
  const target = await openTarget();
  const { TTS_DEVICES: given = "", TTS_RESTART: restart = "" } = process.env;
  const devices = given === "" ? [target.device] : given.split(",");
  const ask = async (
    method: string,
    end: string,
    body?: object,
    device = target.device,
  ): Promise<unknown> => {
    const path = `${target.api}/as/applications/${target.applicationId}/devices/${device}`;
    const answer = await fetch(`${path}/${end}`, {
      method,
      headers: { authorization: `Bearer ${target.apiKey}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${end}: HTTP status ${answer.status}`);
    return answer.json();
  };
  for (const device of devices) await ask("POST", "down/replace", { downlinks: [] }, device);
  // One after the other: on requests of their own they would come in another order, and of a burst the server drops what is beyond 64.
  let sent: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const { host, port, tls } = target.endpoint;
  const witness = connect({
    ...{ host, port, protocol: tls ? "mqtts" : "mqtt", reconnectPeriod: 50 },
    ...{ username: target.userName, password: target.apiKey },
    ...(tls?.ca && { ca: tls.ca as Buffer }),
  });
  const published = new Set<number>();
  witness.on("error", () => undefined);
  witness.subscribe(`v3/${target.userName}/devices/${target.device}/up`);
  witness.on("message", (_topic, payload) => {
    const { uplink_message } = JSON.parse(payload.toString()) as {
      uplink_message?: { frm_payload?: string };
    };
    published.add(numberIn(uplink_message?.frm_payload));
  });
  return {
    name: `The Things Stack at ${target.endpoint.host}`,
    ...fromReal(target),
    keeping: devices,
    hearing: [],
    uplink: (number) => {
      const settings = {
        data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 } },
        frequency: "868100000",
      };
      const body = { f_port: 1, frm_payload: payloadOf(number).toString("base64"), settings };
      waiting += 1;
      sent = sent
        .then(() => ask("POST", "up/simulate", { uplink_message: body }))
        // The server is being restarted.
        .catch(() => undefined)
        .then(() => (waiting -= 1));
    },
    isBehind: () => waiting > 4,
    // Seen: thirteen, on a busy machine; one on an idle one.
    disorder: 16,
    unpublished: (number) => !published.has(number),
    queued: async () => {
      const queues = await Promise.all(devices.map((device) => ask("GET", "down", undefined, device)));
      return counted(queues.flatMap(itemsIn));
    },
    heard: () => undefined,
    ...(restart !== "" && { restart: () => promisify(exec)(restart).then(() => undefined) }),
    stop: async () => {
      await witness.endAsync(true);
      await target.close();
    },
  };
}

const fromReal = ({ endpoint, api, userName, apiKey }: RealTarget) => ({
  destination: endpoint,
  api,
  userName,
  apiKey,
});
