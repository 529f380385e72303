import type { Node, NodeAPI, NodeDef } from "node-red";
import { Bridge, type Publication, type Reaction } from "../../src/homeassistant/bridge";
import { OWN_KEYS, type OwnKey } from "../../src/homeassistant/names";
import type { Explanation } from "../../src/stack/explanation";
import { shownText } from "../../src/stack/shown";
import { deployment } from "../tts-connection/deployment";
import { statusOfError } from "../shared/errorStatus";
import { refuseInputs } from "../shared/refuse";
import { asMessage, onInput, type Done, type Send } from "../shared/red";
import { clockOf, lineOf, nodeStatus, StatusWriter } from "../shared/status";
import { accident, flowError, textOf } from "../shared/text";
import { fieldPathOf } from "../shared/fieldPath";
import { downlinkMessage } from "./downlinkMessage";
import { Memory } from "./memory";
import type { HomeAssistantProperties } from "./properties";
import { Round } from "./round";
import { readHomeAssistantSettings } from "./settings";

const NAME_KEYS: Readonly<Record<OwnKey, string>> = {
  rssi: "entity.rssi",
  snr: "entity.snr",
  battery_level: "entity.battery",
  gateways: "entity.gateways",
  last_seen: "entity.last-seen",
};

export default function init(RED: NodeAPI): void {
  deployment.watch(RED.events);
  const nameOf = (key: OwnKey): string => textOf(RED, { key: NAME_KEYS[key], values: {} });

  function TtsHomeAssistant(this: Node, def: NodeDef & Partial<HomeAssistantProperties>): void {
    RED.nodes.createNode(this, def);
    const pathOf = (field: string): readonly (string | number)[] | undefined =>
      fieldPathOf(field, (expression) => RED.util.normalisePropertyExpression(expression));
    const read = readHomeAssistantSettings(def, pathOf);
    if (!read.ok) {
      refuseInputs(RED, this, read.explanation);
      return;
    }
    for (const warning of read.warnings) this.warn(textOf(RED, warning));
    const names = Object.fromEntries(OWN_KEYS.map((key) => [key, nameOf(key)]));
    const settings = { ...read.settings, names: { ...NAME_KEYS, ...names } };
    const status = new StatusWriter((next) => this.status(next));
    const loaded = Memory.load(RED, this).then((devices) => new Bridge(settings, devices));

    let isClosed = false;
    let memory: Memory | undefined;
    let round: Round | undefined;

    const fail = (explanation: Explanation, done: Done): void => {
      const key = statusOfError(explanation) ?? { key: "status.not-understood" };
      status.show(() => nodeStatus(RED, { fill: "red", shape: "ring", ...key }));
      done(flowError(RED, explanation));
    };
    const show = ({ deviceId, downlink }: Reaction, at: number): void => {
      if (deviceId === undefined) return;
      const what = downlink === undefined ? clockOf(at) : downlink.command;
      const device = shownText(deviceId);
      const line = lineOf([device, what], [device]);
      status.show(() => nodeStatus(RED, { fill: "green", shape: "dot", key: "status.connected" }, line));
    };
    const publish = (publications: readonly Publication[], send: Send): void => {
      if (publications.length > 0) send([publications.map(asMessage), null]);
    };

    const handle = (bridge: Bridge, msg: object, send: Send, done: Done): void => {
      const now = Date.now();
      const reaction = bridge.take({ ...msg }, now);
      for (const warning of reaction.warnings ?? []) this.warn(textOf(RED, warning));
      if (reaction.refusal) {
        fail(reaction.refusal, done);
        return;
      }
      if (reaction.publish) {
        memory?.changed();
        publish(reaction.publish, send);
      }
      if (reaction.downlink) send([null, asMessage(downlinkMessage(reaction.downlink))]);
      if (reaction.everything) round?.begin(bridge.devices);
      show(reaction, now);
      done();
    };

    const ready = loaded.then((bridge) => {
      memory = new Memory(RED, this, () => bridge.devices);
      round = new Round((devices) => {
        memory?.changed();
        for (const device of devices) publish(bridge.announce(device), (out) => this.send(out));
      });
      return bridge;
    });
    onInput(this, (msg, send, done) => {
      ready
        .then((bridge) => {
          if (isClosed) done();
          else handle(bridge, msg, send, done);
        })
        .catch((error: unknown) => done(accident(error)));
    });
    this.on("close", (removed: boolean, done: () => void) => {
      isClosed = true;
      status.end();
      round?.end();
      if (memory) memory.close(removed, done);
      else done();
    });
  }

  RED.nodes.registerType("tts-home-assistant", TtsHomeAssistant);
}
