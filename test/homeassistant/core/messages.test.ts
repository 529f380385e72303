import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startMosquitto, type Mosquitto } from "../../broker/mosquitto";
import { published } from "../household";
import { MISSING, startCore, type Core, type ShownEntity } from "./core";
import { recorded } from "./record";

const FIXTURES = path.resolve(__dirname, "../../fixtures");
const IS_RECORDING = process.env.RECORD === "1";

/** Writes it down with `RECORD=1`, else compares it with what was written down. */
function assertAsRecorded(name: string, seen: unknown): void {
  const file = path.join(FIXTURES, name);
  if (IS_RECORDING) writeFileSync(file, `${JSON.stringify(seen, null, 1)}\n`);
  else assert.deepEqual(seen, JSON.parse(readFileSync(file, "utf8")));
}

/** Its first state has arrived; those that only send have none. */
const isThere = ({ state, attributes, entity_id: id }: ShownEntity): boolean =>
  state !== null &&
  state !== "unavailable" &&
  (state !== "unknown" || attributes.assumed_state === true || id.startsWith("button."));

describe("Home Assistant's core, given our messages", function () {
  let broker: Mosquitto;
  let core: Core;

  before(async function () {
    if (MISSING !== undefined) {
      console.log(`    skipped: ${MISSING}`);
      this.skip();
    }
    broker = await startMosquitto();
    core = await startCore(broker.port);
  });
  after(async () => {
    await (core as Core | undefined)?.stop();
    await (broker as Mosquitto | undefined)?.stop();
  });

  it("takes the classes and units that were recorded", async () => {
    assertAsRecorded("home-assistant-classes.json", await core.classes());
  });

  it("makes the entities of them that were recorded, and has nothing to complain of", async () => {
    const messages = published();
    const client = await broker.client();
    for (const { topic, payload, retain, qos } of messages)
      await client.publishAsync(topic, JSON.stringify(payload), { retain, qos });
    const wanted = messages.reduce((count, { payload }) => {
      const components: unknown = payload === "" ? undefined : Reflect.get(payload, "components");
      return count + Object.keys(components ?? {}).length;
    }, 0);
    const home = await core.until(
      (shown) => (shown.entities.length >= wanted && shown.entities.every(isThere) ? shown : undefined),
      `${wanted} entities`,
    );
    const seen = recorded(home);
    assert.deepEqual(seen.complaints, []);
    assertAsRecorded("home-assistant-core.json", {
      messages: messages.map(({ topic, payload }) => ({ topic, payload })),
      ...seen,
    });
  });
});
