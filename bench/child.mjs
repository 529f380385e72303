/** A process of its own for each measurement: bare mqtt.js, or Node-RED with a flow. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "./broker.mjs";

const { START, END } = createRequire(import.meta.url)("./children/counter.cjs");

/**
 * Starts it, and waits until it runs.
 * @param what `script` in `children`, with `args`; or a `flow` for Node-RED
 * @param scratch folder for its files
 */
export async function startChild({ script = "node-red.cjs", args = [], flow, credentials }, scratch) {
  const fileOf = async (what, name = "flow.json") => {
    const file = path.join(scratch, name);
    await writeFile(file, JSON.stringify(what));
    return file;
  };
  const given = flow ? [await fileOf({ flow, credentials })] : args;
  const begun = performance.now();
  const child = fork(path.join(import.meta.dirname, "children", script), given, {
    execArgv: ["--expose-gc"],
  });
  await once(child, "message");
  const startMs = performance.now() - begun;

  /** Its answer to this mark, whatever it still says to earlier ones. */
  async function answerTo(topic) {
    for (;;) {
      const [message] = await once(child, "message");
      if ((message === "started") === (topic === START)) return message;
    }
  }

  /** Publishes a mark and waits for the answer to it; repeats it while the child may not be listening yet. */
  async function mark(publisher, topic, device, repeat = false) {
    const answer = answerTo(topic);
    const again = repeat ? setInterval(() => publisher.publish(topic, bodyOf(device)), 100) : undefined;
    publisher.publish(topic, bodyOf(device));
    const message = await answer;
    clearInterval(again);
    if (repeat) await sleep(1_000); // marks still under way
    return message;
  }

  return {
    startMs,
    /** Waits until its subscriptions stand. */
    listening: (publisher) => mark(publisher, START, "bench-start", true),
    /** CPU time of what is published meanwhile, in microseconds, and how many of these messages came to the sink. */
    async measure(publisher, publish) {
      await mark(publisher, START, "bench-start");
      await publish();
      return mark(publisher, END, "bench-end");
    },
    async ask(ask, rest = {}) {
      child.send({ ask, ...rest });
      for (;;) {
        const [message] = await once(child, "message");
        if (Object.hasOwn(message, "answer") || message.answer === undefined) return message.answer;
      }
    },
    fileOf,
    async end() {
      child.kill();
      await once(child, "exit");
    },
  };
}
