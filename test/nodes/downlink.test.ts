import assert from "node:assert/strict";
import { connection, listeners, sink, tab, withNodeRed, type Message } from "./nodeRed";
import {
  complete,
  downlink,
  downlinkFlow,
  failure,
  give,
  onWire,
  queued,
  sending,
  stepsOf,
  until,
  viewOf,
  wire,
  withDevices,
  type Given,
  type Properties,
} from "./downlinks";

const fixed = (name: string, value: unknown, type: string): Properties => ({
  [name]: value,
  [`${name}Type`]: type,
});

describe("a downlink node", () => {
  withNodeRed();

  it("needs nothing but a connection: the device ID and bytes of the message go to FPort 1", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    give(flows, { payload: Buffer.from([190, 239]) });
    await flows.next();
    assert.deepEqual(
      simulator.publishes.map(({ topic, qos, retain, dup }) => ({ topic, qos, retain, dup })),
      [{ topic: "v3/app1/devices/valve/down/push", qos: 1, retain: false, dup: false }],
    );
    assert.deepEqual(onWire(simulator), [
      { f_port: 1, frm_payload: "vu8=", priority: "NORMAL", confirmed: false },
    ]);
  });

  it("passes the message on unchanged, with what became of it", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    await flows.shows("downlink", "connected");
    const given = {
      _msgid: "1234",
      deviceId: "valve",
      payload: [1, 2],
      topic: "a/b",
      nested: { list: [{ a: 1 }, null], date: new Date(0) },
      downlink: "from somewhere else",
    };
    const before = structuredClone(given);
    give(flows, given);
    const { downlink: view, ...rest } = await flows.next();
    assert.deepEqual({ ...rest, downlink: before.downlink }, before);
    assert.deepEqual(given, before, "nor is the one that came in");
    const { correlationIds, steps, ...fields } = viewOf({ downlink: view });
    assert.deepEqual(fields, {
      state: "queued",
      deviceId: "valve",
      operation: "push",
      fPort: 1,
      priority: "NORMAL",
      confirmed: false,
    });
    assert.deepEqual(correlationIds, wire(simulator)[0]?.[0]?.correlation_ids);
    assert.deepEqual(
      steps.map(({ state, at }) => [state, Math.abs(Date.now() - at) < 60_000]),
      [
        ["published", true],
        ["queued", true],
      ],
    );
    const completed = await flows.next("completed");
    const as = { downlink: before.downlink, complete: undefined };
    assert.deepEqual({ ...completed, ...as }, { ...before, ...as });
    assert.deepEqual(completed.downlink, view);
    assert.notEqual(completed.downlink, view);
    assert.deepEqual(given, before, "nor is it for who holds it");
    assert.deepEqual(flows.untaken("completed"), []);
  });

  it("tells Complete nodes what became of it, whatever it waits for, and leaves no trace in the message", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, [
      ...[tab(), connection(simulator), sink(), ...listeners()],
      downlink({ operation: "clear", deviceId: "lamp" } as Properties, "clear"),
      downlink({ report: "every" }, "every"),
      downlink({ encoding: "downlinks" }, "several"),
      ...complete("clear", "every", "several"),
    ]);
    const given = { deviceId: "lamp", payload: [1] };
    const before = structuredClone(given);
    give(flows, given, "every");
    await queued(simulator, "lamp");
    simulator.uplink("lamp");
    const every = viewOf(await flows.next("completed"));
    assert.equal(every.state, "sent");
    give(flows, given, "clear");
    const clear = viewOf(await flows.next("completed"));
    assert.deepEqual([clear.operation, clear.state], ["clear", "published"]);
    assert.ok(!("downlink" in given));
    assert.deepEqual({ ...given, _msgid: "" }, { ...before, _msgid: "" });
    const frozen = Object.freeze({
      ...before,
      _msgid: "1",
      payload: [{ f_port: 1, frm_payload: "AQ==" }],
    });
    flows.getNode("several").receive(frozen);
    await flows.next("completed");
    assert.deepEqual(flows.untaken("caught"), []);
  });

  it("keeps the correlation IDs that it is given", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator, fixed("correlationIds", "ids", "msg")));
    give(flows, { ids: ["order-66", "ü"] });
    const view = viewOf(await flows.next());
    assert.deepEqual(view.correlationIds.slice(0, 2), ["order-66", "ü"]);
    assert.deepEqual(onWire(simulator)[0]?.correlation_ids, ["order-66", "ü"]);
  });

  const ENCODINGS: readonly (readonly [string, unknown, object])[] = [
    ["bytes", Buffer.from("ON"), { frm_payload: "T04=" }],
    ["bytes", [79, 78], { frm_payload: "T04=" }],
    ["bytes", { type: "Buffer", data: [79, 78] }, { frm_payload: "T04=" }],
    ["hex", "4F 4e", { frm_payload: "T04=" }],
    ["base64", "T0\n4=", { frm_payload: "T04=" }],
    ["text", "ON", { frm_payload: "T04=" }],
    ["text", "ü", { frm_payload: "w7w=" }],
    ["decoded", { level: 5 }, { decoded_payload: { level: 5 } }],
  ];
  it("reads the payload as its form says, and never otherwise", async () => {
    const simulator = await withDevices();
    const names = [...new Set(ENCODINGS.map(([encoding]) => encoding))];
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator),
      ...names.map((encoding) => downlink({ encoding }, encoding)),
    ]);
    for (const [encoding, payload] of ENCODINGS) {
      give(flows, { payload }, encoding);
      await flows.next();
    }
    assert.deepEqual(
      onWire(simulator),
      ENCODINGS.map(([, , expected]) => ({
        f_port: 1,
        ...expected,
        priority: "NORMAL",
        confirmed: false,
      })),
    );
  });

  it("sends downlink objects as they are", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator, { encoding: "downlinks" }));
    const objects = [
      { f_port: 3, frm_payload: "AQ==" },
      { f_port: 4, frm_payload: "Ag==", confirmed: true, priority: "HIGH", correlation_ids: ["mine"] },
    ];
    give(flows, { payload: objects });
    const { state, items = [], ...rest } = viewOf(await flows.next());
    assert.deepEqual(onWire(simulator), objects);
    assert.deepEqual([state, rest.fPort, rest.priority], ["queued", undefined, undefined]);
    assert.deepEqual(
      items.map(({ index, state: own, fPort }) => [index, own, fPort]),
      [
        [0, "queued", 3],
        [1, "queued", 4],
      ],
    );
  });

  it("sends hundreds of them in parts, and once when all are queued", async () => {
    const simulator = await withDevices();
    const flows = await sending(
      simulator,
      downlinkFlow(simulator, { encoding: "downlinks", ...fixed("operation", "replace", "str") }),
    );
    give(flows, {
      payload: Array.from({ length: 250 }, (_, n) => ({ f_port: (n % 200) + 1, frm_payload: "AQ==" })),
    });
    const { items = [] } = viewOf(await flows.next());
    assert.deepEqual(
      simulator.publishes.map(({ topic }) => topic.split("/").at(-1)),
      ["replace", "push", "push"],
    );
    assert.deepEqual(
      wire(simulator).map((part) => part.length),
      [100, 100, 50],
    );
    assert.equal(items.length, 250);
    assert.ok(items.every(({ state }) => state === "queued"));
    assert.deepEqual(
      simulator.queue("valve").map(({ fPort }) => fPort),
      items.map(({ fPort }) => fPort),
    );
    await flows.next("completed");
    assert.deepEqual([flows.untaken(), flows.untaken("completed")], [[], []]);
  });

  it("pushes, replaces and clears", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, downlinkFlow(simulator, fixed("operation", "how", "msg")));
    const queue = (): string[] => simulator.queue("valve").map(({ payload }) => payload.toString("hex"));
    for (const [how, payload, after] of [
      [undefined, [1], ["01"]],
      ["push", [2], ["01", "02"]],
      ["replace", [3], ["03"]],
      ["push", [4], ["03", "04"]],
    ] as const) {
      give(flows, { how, payload });
      assert.equal(viewOf(await flows.next()).operation, how ?? "push");
      assert.deepEqual(queue(), after);
    }
    give(flows, { how: "clear", payload: undefined });
    const { steps, correlationIds, ...view } = viewOf(await flows.next());
    assert.deepEqual(view, { state: "published", deviceId: "valve", operation: "clear" });
    assert.deepEqual([steps.length, correlationIds], [1, []]);
    assert.deepEqual(queue(), []);
    assert.deepEqual(wire(simulator).at(-1), []);
    await until(() => flows.statuses("downlink").at(-1)?.text === "published · valve", "the status");
    await until(() => flows.statuses("downlink").at(-1)?.fill === "green", "done");
  });

  it("clears whatever the values are that have no meaning then", async () => {
    const simulator = await withDevices();
    const nothing = {
      fPort: "1 +",
      fPortType: "jsonata",
      payload: "x.y.z",
      confirmed: "{",
      confirmedType: "json",
    };
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator, { ...nothing, ...fixed("operation", "clear", "str") }),
      downlink({ ...nothing, encoding: "downlinks", payload: "payload" }, "objects"),
    ]);
    give(flows);
    await flows.next();
    give(flows, { payload: [{ f_port: 1, frm_payload: "AQ==" }] }, "objects");
    await flows.next();
    assert.equal(simulator.publishes.length, 2);
  });

  it("takes an empty list of downlink objects for clearing where it replaces", async () => {
    const simulator = await withDevices();
    const flows = await sending(
      simulator,
      downlinkFlow(simulator, { encoding: "downlinks", ...fixed("operation", "replace", "str") }),
    );
    give(flows, { payload: [] });
    assert.equal(viewOf(await flows.next()).operation, "clear");
    assert.match(simulator.publishes[0]?.topic ?? "", /replace$/);
  });
});

describe("the values of a downlink node", () => {
  withNodeRed();

  const TYPES: readonly (readonly [string, Properties, Given, object])[] = [
    ["a text", fixed("device", " lamp ", "str"), {}, {}],
    ["a number", fixed("fPort", "15", "num"), {}, { f_port: 15 }],
    ["a number that is no text in the flow", fixed("fPort", 15, "num"), {}, { f_port: 15 }],
    ["a boolean", fixed("confirmed", "true", "bool"), {}, { confirmed: true }],
    ["a boolean that is no text in the flow", fixed("confirmed", true, "bool"), {}, { confirmed: true }],
    ["a message's", fixed("priority", "a.b[1]", "msg"), { a: { b: [0, "high"] } }, { priority: "HIGH" }],
    ["a message's that is not set", fixed("priority", "a", "msg"), {}, {}],
    ["a message's on a path that leads nowhere", fixed("priority", "a.b.c", "msg"), {}, {}],
    ["the flow's", fixed("fPort", "port", "flow"), {}, { f_port: 21 }],
    ["the global one", fixed("fPort", "ports.door", "global"), {}, { f_port: 22 }],
    ["the context's that is not set", fixed("confirmed", "a.b.c", "flow"), {}, {}],
    ["the environment's", fixed("fPort", "TTS_TEST_PORT", "env"), {}, { f_port: 23 }],
    ["the environment's that is not set", fixed("maxAttempts", "TTS_NOT_SET", "env"), {}, {}],
    ["an expression's", fixed("fPort", "n * 2 + $flowContext('port')", "jsonata"), { n: 2 }, { f_port: 25 }],
    ["an expression's without result", fixed("priority", "nothing", "jsonata"), {}, {}],
    ["JSON", fixed("correlationIds", '["a","b"]', "json"), {}, { correlation_ids: ["a", "b"] }],
    ["bytes", fixed("payload", "[190,239]", "bin"), {}, { frm_payload: "vu8=" }],
    ["bytes of JSON", fixed("payload", "[190,239]", "json"), {}, { frm_payload: "vu8=" }],
    [
      "attempts",
      { ...fixed("maxAttempts", "3", "num"), ...fixed("confirmed", "yes", "msg") },
      { yes: "true" },
      { confirmed: true, confirmed_retry: { attempt: 1, max_attempts: 3 } },
    ],
    ["attempts of an unconfirmed one", fixed("maxAttempts", "3", "num"), {}, {}],
    [
      "gateways and a time",
      {
        gateways: [{ id: "roof-gateway", antennaIndex: 1 }],
        ...fixed("absoluteTime", "when", "msg"),
      },
      { when: Date.UTC(2099, 0) },
      {
        class_b_c: {
          gateways: [{ gateway_ids: { gateway_id: "roof-gateway" }, antenna_index: 1 }],
          absolute_time: "2099-01-01T00:00:00.000Z",
        },
      },
    ],
  ];

  it("come from wherever typed inputs may come", async () => {
    process.env.TTS_TEST_PORT = "23";
    const simulator = await withDevices();
    const report = { report: "published" };
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator),
      ...TYPES.map(([what, properties]) => downlink({ ...report, ...properties }, what)),
    ]);
    const context = flows.getNode("downlink").context();
    context.flow.set("port", 21);
    context.global.set("ports", { door: 22 });
    for (const [what, , given] of TYPES) {
      give(flows, { ...given, deviceId: "lamp", what }, what);
      assert.equal((await flows.next()).what, what);
    }
    delete process.env.TTS_TEST_PORT;
    const usual = { f_port: 1, frm_payload: "AQ==", priority: "NORMAL", confirmed: false };
    for (const [index, [what, , , expected]] of TYPES.entries())
      assert.deepEqual(onWire(simulator)[index], { ...usual, ...expected }, what);
    assert.ok(simulator.publishes.every(({ topic }) => topic.includes("/lamp/")));
  });

  const FAILING: readonly (readonly [string, Properties, RegExp])[] = [
    ["an expression that is none", fixed("fPort", "1 +", "jsonata"), /^fPort could not .*Unexpected end/],
    [
      "an expression that fails",
      fixed("priority", "1 + 'a'", "jsonata"),
      /^priority could not .*"\+" operator/,
    ],
    ["JSON that is none", fixed("correlationIds", "[", "json"), /^correlationIds could not .*JSON/],
    ["bytes that are none", fixed("payload", "{}", "bin"), /^payload could not .*: .*string or array/],
    ["a path that is none", fixed("device", "a[", "msg"), /^device could not .*Invalid property expression/],
    ["no device", fixed("device", "a.b.c", "msg"), /^No device/],
    ["no FPort", fixed("fPort", "a.b.c", "flow"), /^No fPort/],
    ["no payload", fixed("payload", "nothing", "jsonata"), /^No payload/],
    ["a boolean that is none", fixed("confirmed", "yes", "bool"), /^confirmed is "yes"/],
    ["a number that is none", fixed("fPort", "", "num"), /^fPort is ""/],
    ["attempts that are null", fixed("maxAttempts", "null", "json"), /^maxAttempts is null/],
    ["a property that is null", fixed("fPort", null, "num"), /^fPort is ""/],
    ["gateways that are null", { gateways: null }, /^gateways is null/],
  ];

  it("that cannot be had make an error that names the property", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, [
      ...downlinkFlow(simulator),
      ...FAILING.map(([what, properties]) => downlink(properties, what)),
    ]);
    for (const [what, , text] of FAILING) {
      give(flows, { what }, what);
      const error = await failure(flows);
      assert.deepEqual([error.message.what, error.code], [what, "invalid_downlink"]);
      assert.match(error.text, text);
    }
    assert.deepEqual([simulator.publishes, flows.untaken()], [[], []]);
  });

  it("of several messages keep their order, however long an expression takes", async () => {
    const simulator = await withDevices();
    const slow = fixed("fPort", "wait > 0 ? $reduce([1..wait], function($a, $b) { $b }) : 1", "jsonata");
    const flows = await sending(simulator, downlinkFlow(simulator, slow));
    for (const wait of [200, 0, 100, 0]) give(flows, { wait });
    for (const port of [200, 1, 100, 1]) assert.equal(viewOf(await flows.next()).fPort, port);
  });
});

describe("when a downlink node is done", () => {
  withNodeRed();

  it("is what its form says", async () => {
    const simulator = await withDevices();
    const confirmed = { ...fixed("confirmed", "true", "bool") };
    const reports = ["published", "queued", "sent", "ack"];
    const flows = await sending(simulator, [
      ...[tab(), connection(simulator), sink(), ...listeners()],
      ...reports.map((report) => downlink({ report, ...confirmed }, report)),
      downlink(confirmed),
      ...complete(...reports),
    ]);
    const end = async (report: string): Promise<Message> => {
      const message = await flows.next();
      assert.equal(message.report, report);
      assert.equal((await flows.next("completed")).report, report);
      return message;
    };
    give(flows, { report: "published" }, "published");
    assert.ok(["published", "queued"].includes(viewOf(await end("published")).state));
    give(flows, { report: "queued" }, "queued");
    assert.deepEqual(stepsOf(await end("queued")), ["published", "queued"]);
    give(flows, { report: "sent", deviceId: "lamp" }, "sent");
    await queued(simulator, "lamp");
    simulator.uplink("lamp");
    const sent = await end("sent");
    assert.deepEqual(stepsOf(sent), ["published", "queued", "sent"]);
    assert.equal(viewOf(sent).fCnt, simulator.transmissions[0]?.fCnt);
    give(flows, { report: "ack", deviceId: "lamp-2" }, "ack");
    await queued(simulator, "lamp-2");
    simulator.uplink("lamp-2");
    await until(() => simulator.transmissions.length === 2, "the transmission");
    simulator.uplink("lamp-2");
    assert.deepEqual(stepsOf(await end("ack")), ["published", "queued", "sent", "ack"]);
    assert.deepEqual([flows.untaken(), flows.untaken("completed"), flows.untaken("caught")], [[], [], []]);
  });

  it("with a message for every step each is another message, and the node is done once", async () => {
    const simulator = await withDevices();
    const flows = await sending(
      simulator,
      downlinkFlow(simulator, { report: "every", ...fixed("confirmed", "true", "bool") }),
    );
    await flows.shows("downlink", "connected");
    const given = { nested: { list: [1] }, deviceId: "lamp", payload: [1] };
    give(flows, given);
    const messages = [await flows.next(), await flows.next()];
    simulator.uplink("lamp");
    messages.push(await flows.next());
    simulator.uplink("lamp", {}, { ack: false });
    messages.push(await flows.next(), await flows.next());
    assert.deepEqual(flows.untaken("completed"), []);
    simulator.uplink("lamp");
    messages.push(await flows.next());
    assert.deepEqual(
      messages.map((message) => viewOf(message).state),
      ["published", "queued", "sent", "nack", "sent", "ack"],
    );
    await flows.next("completed");
    assert.deepEqual([flows.untaken(), flows.untaken("completed")], [[], []]);
    for (const part of ["nested", "payload", "downlink"] as const)
      assert.equal(new Set(messages.map((message) => message[part])).size, messages.length);
    for (const message of messages) assert.deepEqual(message.nested, { list: [1] });
    const [first, ...others] = messages.map((message) => viewOf(message).steps);
    first?.splice(0);
    assert.ok(others.every((steps, index) => steps.length === index + 2));
  });

  it("what comes later shows in its status only", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator);
    give(flows, { deviceId: "lamp" });
    await flows.next();
    simulator.uplink("lamp");
    assert.equal((await flows.shows("downlink", "sent · lamp")).fill, "green");
    await flows.next("completed");
    assert.deepEqual([flows.untaken(), flows.untaken("completed")], [[], []]);
  });
});
