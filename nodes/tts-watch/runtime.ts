import type { Node, NodeAPI, NodeDef } from "node-red";
import { findConnection } from "../shared/findConnection";
import { readDevices } from "../shared/receiver";
import { refuseInputs } from "../shared/refuse";
import { restore } from "./store";
import { serveTable } from "./admin/route";
import type { WatchProperties } from "./properties";
import { notKnown, readQuestion } from "./question";
import { explainGateways, readWatchSettings } from "./settings";
import { emptyTable, WatchingNode, watching } from "./watchingNode";
import { accident, flowError } from "../shared/text";
import { asMessage, onInput } from "../shared/red";

export default function init(RED: NodeAPI): void {
  function TtsWatch(this: Node, def: NodeDef & Partial<WatchProperties>): void {
    RED.nodes.createNode(this, def);
    const read = readWatchSettings(def);
    if (!read.ok) {
      refuseInputs(RED, this, read.explanation);
      return;
    }
    const found = findConnection(RED, read.settings.connection);
    if (!found.ok) {
      refuseInputs(RED, this, found.explanation);
      return;
    }
    const { watch, gateways } = read.settings;
    const wrongGateway =
      watch === "gateways" ? explainGateways(gateways, found.connection.traits.generation) : undefined;
    if (wrongGateway) {
      refuseInputs(RED, this, wrongGateway);
      return;
    }
    const devices = readDevices(read.settings.devices, found.connection.traits.generation);
    if (!devices.ok) {
      refuseInputs(RED, this, devices.explanation);
      return;
    }
    let isClosed = false;
    let node: WatchingNode | undefined;
    /** Questions that came before the context store has answered: nothing is known yet, which is not the same as nothing. */
    const early: (() => void)[] = [];
    watching.set(this.id, { watch, connectionState: "connecting", table: emptyTable });
    restore(RED, this, (snapshot, isRead) => {
      if (isClosed) return;
      const stored = { snapshot, isRead };
      node = new WatchingNode(RED, this, found.connection, read.settings, devices.pattern, stored);
      watching.set(this.id, node);
      for (const answer of early.splice(0)) answer();
    });
    onInput(this, (msg, send, done) => {
      const answer = (): void => {
        try {
          const question = readQuestion(msg, watch);
          if (!question.ok) {
            done(flowError(RED, question.explanation));
            return;
          }
          const { remove } = question;
          if (remove !== "" && node?.remove(remove) !== true) {
            done(flowError(RED, notKnown(remove)));
            return;
          }
          send(asMessage({ ...msg, ...(node?.table(question.id) ?? emptyTable()) }));
          done();
        } catch (error) {
          done(accident(error));
        }
      };
      if (node || isClosed) answer();
      else early.push(answer);
    });
    this.on("close", (removed: boolean, done: () => void) => {
      isClosed = true;
      early.length = 0;
      watching.delete(this.id);
      if (node) node.close(removed).then(done, done);
      else done();
    });
  }

  serveTable(RED);
  RED.nodes.registerType("tts-watch", TtsWatch);
}
