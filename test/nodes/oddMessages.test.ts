/** Messages that Node-RED cannot copy for its Catch and Complete nodes: a throw there must end neither the node's work nor the process. */
import assert from "node:assert/strict";
import { asMessage } from "../../nodes/shared/red";
import { accident } from "../../nodes/shared/text";
import { WATCH_DEFAULTS, type WatchProperties } from "../../nodes/tts-watch/properties";
import { readWatchSettings } from "../../nodes/tts-watch/settings";
import { complete, downlinkFlow, failure, give, sending, withDevices } from "./downlinks";
import {
  connection,
  listeners,
  node,
  running,
  simulated,
  sink,
  tab,
  withNodeRed,
  type Flows,
} from "./nodeRed";

/** As a client of Home Assistant's broker can publish it, and a `mqtt in` node reads it. */
const deep = (): unknown => JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`);

const throwing = (thrown: unknown): object =>
  Object.defineProperty({}, "odd", {
    get: () => {
      throw thrown;
    },
    enumerable: true,
  });

const receiver =
  (flows: Flows, id = "node") =>
  (message: object): void =>
    flows.getNode(id).receive(asMessage(message));

/** Things that cannot be made a text. */
const NO_TEXTS: readonly unknown[] = [Object.create(null), { toString: 1, valueOf: 1 }];

describe("what was thrown and cannot be made a text", () => {
  it("is an error all the same", () => {
    const unreadable = Object.defineProperty(new Error("no"), "message", {
      get: () => {
        throw new Error("never");
      },
    });
    for (const thrown of [...NO_TEXTS, unreadable]) assert.equal(String(accident(thrown)), "object");
    const strange = Object.assign(new Error("no"), { stack: 5 });
    assert.deepEqual({ ...accident(strange) }, { ...accident("Error: no") });
  });
});

describe("a message that Node-RED cannot copy", () => {
  withNodeRed();

  const flowWith = async (type: string, more: object = {}): Promise<Flows> => {
    const simulator = await simulated();
    const nodes = [node(type, "node", more), sink(), ...listeners(), ...complete("node")];
    return running([tab(), connection(simulator), ...nodes], {
      connection: { apiKey: simulator.apiKey },
    });
  };

  it("is an error of tts-home-assistant, refused or not, and the next one comes through", async () => {
    const flows = await flowWith("tts-home-assistant", { wires: [["out"], ["out"]] });
    const receive = receiver(flows);
    receive({ topic: "tts/app1/valve/set/open", payload: deep() });
    assert.match((await flows.next("caught")).error?.message ?? "", /no command “open”/);
    receive({ topic: "homeassistant/status", payload: "online", more: deep() });
    assert.match((await flows.next("caught")).error?.message ?? "", /call stack/);
    for (const thrown of NO_TEXTS) {
      receive(Object.assign(throwing(thrown), { topic: "x" }));
      assert.equal((await flows.next("caught")).error?.message, "object");
    }
    receive({ topic: "homeassistant/status", payload: "online" });
    await flows.next("completed");
  });

  it("is an error of tts-watch, refused or not, and the next one is answered", async () => {
    const flows = await flowWith("tts-watch");
    const receive = receiver(flows);
    receive({ deviceId: deep() });
    assert.match((await flows.next("caught")).error?.message ?? "", /msg\.deviceId must be the ID/);
    receive({ payload: deep() });
    await flows.next();
    assert.match((await flows.next("caught")).error?.message ?? "", /call stack/);
    receive({ payload: 1 });
    await flows.next();
    await flows.next("completed");
  });

  for (const report of ["queued", "every"])
    it(`is sent by tts-downlink and an error, whatever its getters throw, with report ${report}`, async () => {
      const simulator = await withDevices();
      const flows = await sending(simulator, downlinkFlow(simulator, { report }));
      for (const thrown of NO_TEXTS) {
        const message = Object.assign(throwing(thrown), { deviceId: "lamp", payload: [1], _msgid: "1" });
        receiver(flows, "downlink")(message);
        assert.equal((await flows.next("caught")).error?.message, "object");
      }
      give(flows);
      await flows.next();
    });

  it("that takes no field is completed as it is", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    const message = Object.defineProperty({ deviceId: "lamp", payload: [1], _msgid: "1" }, "downlink", {
      set: () => {
        throw new Error("no field");
      },
    });
    receiver(flows, "downlink")(message);
    await flows.next();
    assert.equal((await flows.next("completed")).deviceId, "lamp");
    give(flows, { payload: [300] });
    assert.equal((await failure(flows)).code, "invalid_downlink");
  });
});

describe("the changes of a tts-watch", () => {
  const changesOf = (changes: unknown): readonly string[] | undefined => {
    const read = readWatchSettings({ ...WATCH_DEFAULTS, changes } as Partial<WatchProperties>);
    return read.ok ? [...read.settings.changes] : undefined;
  };

  it("may be a text, as a variable of the environment has them, and are refused where none is known", () => {
    assert.deepEqual(changesOf("silent, back"), ["silent", "back"]);
    assert.deepEqual(changesOf(["silent", "of-a-newer-version"]), ["silent"]);
    for (const none of [[], "", null]) assert.deepEqual(changesOf(none), []);
    for (const wrong of ["silnt", ["Silent"]]) assert.equal(changesOf(wrong), undefined);
  });
});

describe("a message to a tts-watch that is not configured", () => {
  withNodeRed();

  it("is an error, each time", async () => {
    const gateways = { watch: "gateways", gateways: ["my_roof"] };
    for (const wrong of [{ watch: "x" }, { connection: "gone" }, { devices: "Door" }, gateways]) {
      const simulator = await simulated();
      const nodes = [node("tts-watch", "watch", wrong), sink(), ...listeners()];
      const flows = await running([tab(), connection(simulator), ...nodes]);
      await flows.next("caught");
      for (const what of ["first", "second"]) {
        flows.getNode("watch").receive({ payload: what });
        const { payload, error } = await flows.next("caught");
        assert.deepEqual([payload, error?.code], [what, "not_configured"]);
      }
      await flows.unload();
    }
  });
});
