import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from "node-red";
import { warnOfBug } from "../../src/connection/unexpected";
import { hintFor, networkSays } from "../../src/diagnosis/reported";
import type { DownlinkJob, DownlinkView, Failure } from "../../src/delivery/contract";
import { buildOrder, type DownlinkValues } from "../../src/downlink/build";
import type { Explanation } from "../../src/stack/explanation";
import { serveEncoder } from "./admin/encode";
import { findConnection } from "../shared/findConnection";
import { guardedCall } from "../shared/guardedCall";
import { asMessage, onInput, type Done } from "../shared/red";
import { refuseInputs } from "../shared/refuse";
import { accident, asSentence, errorOf, flowError, textOf, type FlowError } from "../shared/text";
import { PATIENCE_MS, reasonIn, valueOf } from "./typedInput";
import type { Waiter } from "../../src/account/seats";
import { withField } from "./complete";
import { Inherited } from "./inherited";
import { keeperFor } from "./restart/keeper";
import { listQueue } from "./listing";
import type { DownlinkProperties } from "./properties";
import { applies, readDownlinkSettings, VALUES, type DownlinkSettings, type ValueName } from "./settings";
import { DownlinkStatus } from "./status";

type Send = (msg: NodeMessage) => void;

/** The values of a message, or why they cannot be had. */
type Valued =
  | { readonly ok: true; readonly values: DownlinkValues }
  | { readonly ok: false; readonly refusal: Explanation };

/** Downlink objects may have fields as well. */
const USES_ENCODER: ReadonlySet<string> = new Set(["decoded", "downlinks"]);

/** Resolves when that does, and after so many ms in any case. */
const within = (promise: Promise<void>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    promise
      .catch(warnOfBug)
      .finally(() => {
        clearTimeout(timer);
        resolve();
      })
      .catch(warnOfBug);
  });

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

  /** The cause; the stack's own words, where ours stand before them; and how many of how many. */
  function failureOf(failure: Failure, deviceId: string): FlowError {
    const { code, stack, several } = failure;
    const hint = code === "downlink_failed" && stack ? hintFor(stack, undefined, deviceId) : undefined;
    const texts = [
      ...(hint && stack ? [hint, networkSays(stack)] : [failure]),
      ...(several ? [several] : []),
    ];
    return errorOf(texts.map((text) => asSentence(textOf(RED, text))).join(" "), failure);
  }

  function TtsDownlink(this: Node, def: NodeDef & Partial<DownlinkProperties>): void {
    RED.nodes.createNode(this, def);
    const read = readDownlinkSettings(def);
    const found = findConnection(RED, def.connection);
    if (!read.ok) {
      refuseInputs(RED, this, read.explanation);
      return;
    }
    if (!found.ok) {
      refuseInputs(RED, this, found.explanation);
      return;
    }
    const { connection } = found;
    const { settings } = read;

    const status = new DownlinkStatus(RED, this);
    const inherited = new Inherited(this);
    const sender = connection.joinAsSender({
      node: this,
      onView: (view) => status.connection(view),
      onStep: (view) => {
        status.step(view);
        keeper?.touch();
      },
      onInherited: (awaited) => inherited.receive(awaited),
      usesEncoder: USES_ENCODER.has(settings.encoding),
    });

    const keeper = keeperFor(RED, this, sender.downlinks);

    const waiterOf = (
      msg: NodeMessageInFlow,
      { order: { deviceId, operation }, report }: DownlinkJob,
      send: Send,
      done: Done,
    ): Waiter => {
      let last: DownlinkView | undefined;
      return {
        onReport: (downlink) => {
          last = downlink;
          guardedCall(this, () => {
            // Several messages of one input must not share what is in them.
            const base = report === "every" ? RED.util.cloneMessage(msg) : msg;
            // First, so that it is among the five fields that the debug sidebar shows.
            send(asMessage(Object.assign({ downlink }, base, { downlink })));
          });
        },
        onEnd(failure) {
          keeper?.touch();
          if (failure) {
            status.failure(failure, deviceId);
            done(failureOf(failure, deviceId));
            return;
          }
          if (operation === "clear") status.cleared(deviceId);
          withField(msg, "downlink", last, done);
        },
      };
    };

    const handle = async (msg: NodeMessageInFlow, send: Send, done: Done): Promise<void> => {
      const valued = await valuesFor(this, settings, msg);
      if (!valued.ok) {
        status.failure(valued.refusal, "");
        done(flowError(RED, valued.refusal));
        return;
      }
      const built = buildOrder(valued.values, sender.limits, Date.now());
      if (built.ok) {
        const { order } = built;
        if (order.operation === "list") {
          const request = { ...order, msg, send, done };
          // What comes after it does not wait for the answer.
          listQueue(RED, this, sender, status, request).catch(warnOfBug);
          return;
        }
        const { report, timeout, offline } = settings;
        const job: DownlinkJob = { order, report, timeout, offline };
        sender.send(job, msg, waiterOf(msg, job, send, done));
        // What is kept by then is for the next node.
        if (!hasLeft) keeper?.touch();
        return;
      }
      const refusal: Explanation = { code: "invalid_downlink", ...built.refusal };
      status.failure(refusal, "");
      done(flowError(RED, refusal));
    };

    let hasLeft = false;
    // One after the other: expressions may take their time, and downlinks keep the order of their messages.
    let queue = Promise.resolve();
    onInput(this, (msg, send, done) => {
      const awaited = inherited.take(msg);
      if (awaited) {
        awaited.follow(waiterOf(msg, awaited.job, send, done));
        return;
      }
      queue = queue
        .then(() => handle(msg, send, done))
        .catch((error: unknown) => done(accident(error)))
        .catch(warnOfBug);
    });
    if (keeper) sender.onceStarted(() => keeper.restore());
    this.on("close", (_removed: boolean, done: () => void) => {
      status.end();
      // What has come and is still being read is kept or dropped, too.
      within(queue, PATIENCE_MS)
        .then(() => {
          hasLeft = true;
          return sender.leave(keeper && (() => keeper.save()));
        })
        .then(done, done);
    });
  }

  serveEncoder(RED);
  RED.nodes.registerType("tts-downlink", TtsDownlink);
}
