import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from "node-red";
import { warnOfBug } from "../../src/connection/unexpected";
import { hintFor } from "../../src/diagnosis/reported";
import type { Failure } from "../../src/delivery/follow";
import { buildOrder, type DownlinkValues } from "../../src/stack/downlink/build";
import type { DownlinkOrder } from "../../src/stack/downlink/order";
import type { Explanation } from "../../src/stack/explanation";
import { handOver } from "../shared/handOver";
import { asMessage, getConfigNode, onInput } from "../shared/red";
import { refuse } from "../shared/receiver";
import { accident, asSentence, errorOf, flowError, textOf, type FlowError } from "../shared/text";
import { reasonIn, valueOf } from "../shared/typedInput";
import { asText } from "../shared/values";
import type { Waiter } from "../tts-connection/connection";
import type { TtsConnectionNode } from "../tts-connection/runtime";
import type { DownlinkProperties } from "./properties";
import { applies, readDownlinkSettings, VALUES, type DownlinkSettings, type ValueName } from "./settings";
import { DownlinkStatus } from "./status";

type Send = (msg: NodeMessage) => void;
type Done = (error?: FlowError) => void;

/** The values of a message, or why they cannot be had. */
type Valued =
  | { readonly ok: true; readonly values: DownlinkValues }
  | { readonly ok: false; readonly refusal: Explanation };

export default function init(RED: NodeAPI): void {
  /** The typed inputs for a message, by name: those that mean something beside each other. */
  async function valuesFor(node: Node, settings: DownlinkSettings, msg: NodeMessage): Promise<Valued> {
    const { inputs, encoding, gateways, report } = settings;
    const values: Partial<Record<ValueName, unknown>> = {};
    for (const property of VALUES) {
      if (!applies(property, values.operation, encoding)) continue;
      try {
        values[property] = await valueOf(RED, node, inputs[property], msg);
      } catch (error) {
        const key = "error.expression.failed";
        const values = { property, reason: reasonIn(error) };
        return { ok: false, refusal: { code: "invalid_downlink", key, values } };
      }
    }
    return { ok: true, values: { ...values, encoding, gateways, report, sources: inputs } };
  }

  /** The text, what the stack's own error asks for behind it, and before it how many of how many. */
  function failureOf(failure: Failure): FlowError {
    const hint =
      failure.code === "downlink_failed" && failure.stack ? hintFor(failure.stack, undefined) : undefined;
    const texts = [failure.several, failure, hint].flatMap((text) => (text ? [textOf(RED, text)] : []));
    return errorOf(texts.map(asSentence).join(" "), failure);
  }

  function TtsDownlink(this: Node, def: NodeDef & Partial<DownlinkProperties>): void {
    RED.nodes.createNode(this, def);
    const read = readDownlinkSettings(def);
    const connection = getConfigNode<TtsConnectionNode>(RED, asText(def.connection));
    const finish = (done: Done, error?: FlowError): void => handOver(this, () => done(error), error);
    const fail = (explanation: Explanation): void => {
      refuse(RED, this, explanation);
      onInput(this, (_msg, _send, done) => finish(done, flowError(RED, explanation)));
    };
    if (!read.ok) {
      fail(read.explanation);
      return;
    }
    if (connection?.type !== "tts-connection") {
      fail({ code: "not_configured", key: "error.not-configured.connection", values: {} });
      return;
    }
    const { settings } = read;

    const status = new DownlinkStatus(RED, this);
    const sender = connection.joinAsSender({
      node: this,
      onView: (view) => status.connection(view),
      onStep: (view) => status.step(view),
    });

    const waiterOf = (
      msg: NodeMessageInFlow,
      { deviceId, operation }: DownlinkOrder,
      send: Send,
      done: Done,
    ): Waiter => ({
      onReport: (downlink) =>
        handOver(this, () => {
          // Several messages of one input must not share what is in them.
          const base = settings.report === "every" ? RED.util.cloneMessage(msg) : msg;
          send(asMessage({ ...base, downlink }));
        }),
      onEnd(failure) {
        if (failure) status.failure(failure.code, deviceId);
        else if (operation === "clear") status.cleared(deviceId);
        finish(done, failure && failureOf(failure));
      },
    });

    const handle = async (msg: NodeMessageInFlow, send: Send, done: Done): Promise<void> => {
      const valued = await valuesFor(this, settings, msg);
      if (!valued.ok) {
        status.failure("invalid_downlink", "");
        finish(done, flowError(RED, valued.refusal));
        return;
      }
      const built = buildOrder(valued.values, sender.limits, Date.now());
      if (built.ok) {
        const { order } = built;
        sender.send({ order, ...settings }, waiterOf(msg, order, send, done));
        return;
      }
      status.failure("invalid_downlink", "");
      finish(done, flowError(RED, { code: "invalid_downlink", ...built.refusal }));
    };

    // One after the other: expressions may take their time, and downlinks keep the order of their messages.
    let queue = Promise.resolve();
    onInput(this, (msg, send, done) => {
      queue = queue
        .then(() => handle(msg, send, done))
        .catch((error: unknown) => finish(done, accident(error)))
        .catch(warnOfBug);
    });
    this.on("close", (_removed: boolean, done: () => void) => {
      status.end();
      // What has come and is still being read is counted as dropped, too.
      queue.then(() => sender.leave()).then(done, done);
    });
  }

  RED.nodes.registerType("tts-downlink", TtsDownlink);
}
