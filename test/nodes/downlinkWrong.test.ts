import assert from "node:assert/strict";
import { NOW } from "../downlink/texts";
import { WRONG } from "../downlink/wrong";
import { downlink, downlinkFlow, failure, give, sending, withDevices, type Properties } from "./downlinks";
import { connection, withNodeRed, type FlowNode } from "./nodeRed";

/** Everything that a message can bring, under its own name. */
const FROM_MESSAGE: Properties = Object.fromEntries(
  ["operation", "fPort", "priority", "confirmed", "maxAttempts", "correlationIds", "absoluteTime"].flatMap(
    (name) => [
      [name, name],
      [`${name}Type`, "msg"],
    ],
  ),
);

/** Node-RED itself copies what goes to a Catch node, and for that takes forever. */
const TOO_MUCH_FOR_NODE_RED = "a field of a billion";

/** What a text says of a value from the message is what it says of one in the form, but for the place. */
function inTheForm(text: string): string {
  const missing = /^No (\w+): msg\.\w+ is (?:not set|empty)\./.exec(text)?.[1];
  if (missing === "fPort") return "No fPort is given. Write a number from 1 to 223 into the node.";
  return text.replace(/^msg\.deviceId/, "device").replace(/^msg\./, "");
}

describe("a wrong downlink in a flow", () => {
  withNodeRed();
  const now = Date.now.bind(Date);
  before(() => {
    Date.now = () => NOW;
  });
  after(() => {
    Date.now = now;
  });

  it("never reaches the wire, and never ends in silence: more than ninety ways", async () => {
    const simulator = await withDevices();
    const cases = WRONG.filter(([what]) => what !== TOO_MUCH_FOR_NODE_RED).map(([what, values, text]) => {
      const { encoding, gateways, report, device, ...message } = values;
      const form: Properties = {
        ...(encoding === undefined ? {} : { encoding }),
        ...(gateways === undefined ? {} : { gateways }),
        ...(report === undefined ? {} : { report }),
      };
      const given = { fPort: 15, payload: [190, 239], ...message };
      const deviceId = "device" in values ? device : "valve";
      return { what, id: JSON.stringify(form), form, text, given: { ...given, deviceId, what } };
    });
    assert.ok(cases.length > 90);
    const nodes = new Map<string, FlowNode>(
      cases.map(({ id, form }) => [id, downlink({ ...FROM_MESSAGE, ...form }, id)]),
    );
    const flows = await sending(simulator, [...downlinkFlow(simulator, FROM_MESSAGE), ...nodes.values()]);
    // Of nodes whose form holds what cannot work: said at once, and again for each message.
    const faulty = new Set<string>();
    for (const { what, id, given, text } of cases) {
      give(flows, given, id);
      let error = await failure(flows);
      while (error.message.what === undefined) {
        faulty.add(error.message.error?.source.id ?? "");
        error = await failure(flows);
      }
      assert.equal(error.message.what, what);
      assert.equal(error.message.error?.source.id, id, what);
      if (faulty.has(id)) assert.equal(error.code, "not_configured", what);
      else {
        assert.equal(error.code, "invalid_downlink", what);
        assert.match(inTheForm(error.text), text);
      }
    }
    assert.equal(faulty.size, 4);
    give(flows, { fPort: 15 });
    await flows.next();
    assert.equal(simulator.publishes.length, 1);
    assert.deepEqual([flows.untaken(), flows.untaken("caught")], [[], []]);
  });

  it("names a number of the form as the number that it is, and what is none as it is written", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator, { fPort: "224" }),
      downlink({ fPort: "2 24" }, "other"),
    ]);
    give(flows, { payload: [1] });
    assert.match((await failure(flows)).text, /^fPort is 224:/);
    give(flows, { payload: [1] }, "other");
    assert.match((await failure(flows)).text, /^fPort is "2 24":/);
  });

  it("reaches Catch as it came in", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator, FROM_MESSAGE));
    const given = {
      _msgid: "1",
      deviceId: "valve",
      fPort: 224,
      payload: { deep: [1, { a: null }] },
      topic: "t",
    };
    const before = structuredClone(given);
    give(flows, given);
    const { message } = await failure(flows);
    assert.deepEqual([message, given], [{ ...before, error: message.error }, before]);
    assert.deepEqual([flows.untaken(), flows.untaken("completed")], [[], []]);
  });

  it("that Node-RED cannot copy for its Catch and Complete nodes ends no process, and holds up no other message", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator, { encoding: "decoded" }),
      downlink({ connection: "gone" }, "unfit"),
    ]);
    await flows.next("caught");
    const deep = (): unknown => JSON.parse('{"a":'.repeat(20_000) + "1" + "}".repeat(20_000));
    give(flows, { payload: deep() });
    const { code, text } = await failure(flows);
    assert.deepEqual([code, simulator.publishes.length], ["invalid_downlink", 0]);
    assert.match(text, /payload/);
    give(flows, { payload: { level: 1 }, extra: deep() });
    assert.match((await flows.next("caught")).error?.message ?? "", /call stack/);
    await flows.next();
    give(flows, { payload: deep() }, "unfit");
    assert.match((await flows.next("caught")).error?.message ?? "", /does not exist \(gone\)/);
    give(flows, { payload: { level: 2 } });
    await flows.next();
    await flows.next("completed");
  });

  const UNFIT: readonly (readonly [string, Properties, RegExp, string?])[] = [
    ["without a connection", { connection: "" }, /No connection/, "not configured: no connection"],
    [
      "with a connection that is gone",
      { connection: "gone" },
      /does not exist \(gone\)/,
      "connection deleted",
    ],
    [
      "with another node for a connection",
      { connection: "out" },
      /another kind of node/,
      "not configured: no connection",
    ],
    [
      "with a connection that is not configured",
      { connection: "empty" },
      /no application ID/,
      "not configured: no application",
    ],
    ["with an encoding that is none", { encoding: "ascii" }, /encoding.*“ascii”/],
    ["with a report that is none", { report: "read" }, /report.*“read”/],
    ["with another way while offline", { offline: "wait" }, /offline.*“wait”/],
    ["with a time limit that is none", { timeout: "soon" }, /Wait.*“soon”/],
    ["with a time limit below 0", { timeout: -1 }, /Wait.*“-1”/],
  ];
  for (const [how, properties, text, status = "not configured"] of UNFIT) {
    it(`makes an error of each message ${how}`, async () => {
      const simulator = await withDevices();
      const empty = connection(simulator, { id: "empty", applicationId: "" });
      const flows = await sending(simulator, [
        ...downlinkFlow(simulator),
        empty,
        downlink(properties, "unfit"),
      ]);
      const first = await flows.next("caught");
      assert.deepEqual([first.error?.code, first.what], ["not_configured", undefined]);
      for (const what of ["first", "second"]) {
        give(flows, { what }, "unfit");
        const error = await failure(flows);
        assert.deepEqual([error.code, error.message.what], ["not_configured", what]);
        assert.match(inTheForm(error.text), text);
      }
      await flows.shows("unfit", status);
      assert.deepEqual(simulator.publishes, []);
    });
  }
});
