import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "mocha";
import type { JsonObject } from "../../src/stack/messages";
import type { QueueOperation } from "../../src/stack/topics";
import { deviceOf, exchanges, framesOf, type Exchange, type Frame } from "./captured";
import { realLaboratory, simulatedLaboratory, type Laboratory } from "./laboratory";
import { normal } from "./normal";
import { SEALED } from "./laboratoryDevices";
import {
  gatewaysFor,
  needsRadio,
  pushBefore,
  sessionOf,
  stepsOf,
  uplinkBefore,
  UPLINK,
  type Step,
} from "./replay";
import { TARGET } from "./target";
import { downlinks, queueTopic } from "./traffic";
import { destroyWires, Wire } from "./wire";

const isReal = (process.env.TTS_HOST ?? "") !== "";

/** ms, for a message or a frame that has to come: a timed downlink may hold up the next one for six seconds. */
const LONGEST_WAIT = 12_000;

function skip(test: Context, why: string): never {
  if (test.test) test.test.title += ` (${why})`;
  return test.skip();
}

describe(`captured exchanges, repeated with ${TARGET}`, function () {
  this.timeout(90_000);
  let laboratory: Laboratory;

  // The devices of a real one live on from test to test; a simulator is new each time.
  before(async () => {
    if (isReal) laboratory = await realLaboratory();
  });
  beforeEach(async () => {
    if (!isReal) laboratory = await simulatedLaboratory();
  });
  afterEach(async () => {
    destroyWires();
    if (!isReal) await laboratory.close();
  });
  after(async () => {
    if (isReal) await laboratory.close();
  });

  for (const exchange of exchanges) {
    it(exchange.name, async function () {
      const { radio } = laboratory;
      const isSealed = deviceOf(exchange) === SEALED;
      if (isReal && isSealed) skip(this, "no API sets a session key that the server cannot read");
      if (needsRadio(exchange) && radio === undefined) skip(this, "no radio: TTS_AIR is not set");

      const run = await Run.begin(laboratory, exchange);
      for (const step of stepsOf(exchange)) await run.take(step);
      await run.end();
      assert.deepEqual(normal(run.messages()), normal(exchange.responses));
      if (radio === undefined) return;
      const [frames, framesThen] = [await run.frames(), framesOf(exchange)];
      // The radio had made something of bytes that were never encrypted.
      if (isSealed) for (const frame of [...frames, ...framesThen]) delete frame.payload;
      assert.deepEqual(frames, framesThen);
    });
  }
});

interface Message {
  readonly topic: string;
  readonly payload: JsonObject;
}

/** One exchange that is being repeated. */
class Run {
  readonly #laboratory: Laboratory;
  readonly #exchange: Exchange;
  readonly #wire: Wire;
  readonly #deviceId: string;
  /** What had come before it began. */
  #earlierMessages = 0;
  #earlierFrames = 0;

  private constructor(laboratory: Laboratory, exchange: Exchange, wire: Wire) {
    this.#laboratory = laboratory;
    this.#exchange = exchange;
    this.#wire = wire;
    this.#deviceId = deviceOf(exchange);
  }

  static async begin(laboratory: Laboratory, exchange: Exchange): Promise<Run> {
    const { target, radio } = laboratory;
    const wire = await Wire.login(target);
    const run = new Run(laboratory, exchange, wire);
    await run.#publish("replace", downlinks());
    await wire.subscribe([`v3/${target.userName}/devices/${run.#deviceId}/#`]);
    await laboratory.settled(run.#deviceId);
    await radio?.gateways(gatewaysFor(exchange));
    const uplink = uplinkBefore(exchange);
    if (uplink !== undefined) {
      await radio?.uplink(run.#deviceId, uplink);
      await run.#until(() => wire.messages().length === 1);
    }
    const push = pushBefore(exchange);
    if (push !== undefined) {
      await radio?.uplink(run.#deviceId, UPLINK);
      await run.#until(() => wire.messages().length === 1);
      await run.#publish("push", push);
      await run.#until(() => wire.messages().length === 2);
      await radio?.uplink(run.#deviceId, UPLINK);
      await run.#until(() => wire.messages().length === 4);
    }
    run.#earlierMessages = wire.messages().length;
    run.#earlierFrames = (await radio?.frames(run.#deviceId))?.length ?? 0;
    return run;
  }

  messages(): Message[] {
    return this.#received().slice(this.#earlierMessages);
  }

  #received(): Message[] {
    return this.#wire
      .messages()
      .map(({ topic, payload }) => ({ topic, payload: JSON.parse(payload.toString()) as JsonObject }));
  }

  async frames(): Promise<Frame[]> {
    return ((await this.#laboratory.radio?.frames(this.#deviceId)) ?? []).slice(this.#earlierFrames);
  }

  /** After all that came before it then. */
  async take(step: Step): Promise<void> {
    const { radio } = this.#laboratory;
    await this.#cameUntil(step.after_ms);
    if (step.do === "publish") await this.#publish(step.operation as QueueOperation, step.payload);
    else if (step.do === "uplink") await radio?.uplink(this.#deviceId, step.uplink);
    else await radio?.join(this.#deviceId);
  }

  /** All has come that came then, and nothing more comes. */
  async end(): Promise<void> {
    await this.#cameUntil(Infinity);
    await sleep(this.#laboratory.quietFor);
  }

  async #cameUntil(after_ms: number): Promise<void> {
    const before = this.#exchange.responses.filter((response) => response.after_ms < after_ms).length;
    const framesBefore = framesOf(this.#exchange, after_ms).length;
    await this.#until(async () => {
      if (this.messages().length < before) return false;
      return framesBefore === 0 || (await this.frames()).length >= framesBefore;
    });
  }

  /** A session that was named is now the present one. */
  async #publish(operation: QueueOperation, given: string): Promise<void> {
    const [then, present] = [sessionOf(this.#exchange.responses), sessionOf(this.#received())];
    const payload = then && present ? given.replaceAll(then, present) : given;
    await this.#wire.publish(queueTopic(this.#laboratory.target, operation, this.#deviceId), payload);
  }

  /** What does not come is told by the comparison, which shows all that did come. */
  async #until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + LONGEST_WAIT;
    while (!(await isSo()) && Date.now() < deadline) await sleep(isReal ? 20 : 3);
  }
}
