import assert from "node:assert/strict";
import { REFUSALS, apiServer, oddServer, type Answer } from "../diagnosis/stackAnswers";
import type { Simulator } from "../../simulator/simulator";
import { READ_ONLY, WRITE_ONLY } from "./rights";
import {
  complete,
  downlink,
  failure,
  give,
  queued,
  sending,
  withDevices,
  type Properties,
} from "./downlinks";
import {
  connection,
  listeners,
  node,
  running,
  simulated,
  sink,
  tab,
  withNodeRed,
  type FlowNode,
  type Flows,
  type Message,
} from "./nodeRed";

const LIST: Properties = { operation: "list", operationType: "str" };

const flowWith = (simulator: Simulator, api: string, properties: Properties = LIST): FlowNode[] => [
  ...[tab(), connection(simulator, { api }), downlink(properties), sink(), ...listeners()],
  ...complete("downlink"),
];

const listing = (simulator: Simulator, apiKey = simulator.apiKey): Promise<Flows> =>
  sending(simulator, flowWith(simulator, simulator.apiUrl), { connection: { apiKey } });

/** The queue in a message, and what else it says. */
function listIn({ payload, downlink: view }: Message) {
  assert.ok(Array.isArray(payload));
  return { items: payload as Record<string, unknown>[], view: view as Record<string, unknown> };
}

describe("reading the queue of a device", () => {
  withNodeRed();

  it("gives the downlinks that wait, as the stack has them, the next one first", async () => {
    const simulator = await withDevices();
    const flows = await sending(
      simulator,
      flowWith(simulator, simulator.apiUrl, { operation: "how", operationType: "msg" }),
    );
    give(flows, { how: "push", payload: Buffer.from([1]), deviceId: "lamp" });
    give(flows, { how: "push", payload: Buffer.from([2]), deviceId: "lamp" });
    await queued(simulator, "lamp", 2);
    for (let taken = 0; taken < 2; taken += 1) await flows.next();
    give(flows, { how: "list", payload: "x", deviceId: "lamp", note: "kept" });
    const message = await flows.next();
    const { items, view } = listIn(message);
    assert.deepEqual(
      items.map(({ f_port, frm_payload, priority, f_cnt }) => ({ f_port, frm_payload, priority, f_cnt })),
      [
        { f_port: 1, frm_payload: "AQ==", priority: "NORMAL", f_cnt: 1 },
        { f_port: 1, frm_payload: "Ag==", priority: "NORMAL", f_cnt: 2 },
      ],
    );
    const { steps, ...rest } = view;
    assert.deepEqual(rest, { state: "listed", deviceId: "lamp", operation: "list", correlationIds: [] });
    assert.deepEqual(
      (steps as { state: string }[]).map(({ state }) => state),
      ["listed"],
    );
    assert.equal(message.note, "kept");
    await flows.shows("downlink", "queue: 2 · lamp");
  });

  it("gives an empty array where nothing waits, and is done then", async () => {
    const simulator = await withDevices();
    const flows = await listing(simulator);
    give(flows, { payload: "x", fPort: "none", deviceId: "valve" });
    assert.deepEqual(listIn(await flows.next()).items, []);
    const completed = await flows.next("completed");
    assert.equal((completed.downlink as Record<string, unknown>).state, "listed");
    assert.equal(completed.payload, "x");
    assert.equal(simulator.publishes.length, 0);
    await flows.shows("downlink", "queue: 0 · valve");
  });

  it("does not wait for the MQTT connection", async () => {
    const simulator = await withDevices();
    const nodes = [
      ...[tab(), connection(undefined, { api: simulator.apiUrl }), downlink(LIST), sink(), ...listeners()],
    ];
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    give(flows);
    assert.deepEqual(listIn(await flows.next()).items, []);
  });

  it("gives each message a list of its own", async () => {
    const simulator = await withDevices();
    const flows = await listing(simulator);
    await fetch(`${simulator.apiUrl}/as/applications/${simulator.userName}/devices/lamp/down/push`, {
      method: "POST",
      headers: { authorization: `Bearer ${simulator.apiKey}` },
      body: JSON.stringify({ downlinks: [{ f_port: 7, frm_payload: "AQ==" }] }),
    });
    give(flows, { deviceId: "lamp" });
    give(flows, { deviceId: "lamp" });
    const [one, other] = [listIn(await flows.next()), listIn(await flows.next())];
    assert.deepEqual(one.items, other.items);
    assert.notEqual(one.items[0], other.items[0]);
  });

  for (const [name, rights, text] of [
    [
      "a key that may not read",
      WRITE_ONLY,
      /^The API key lacks the right “Read application traffic \(uplink and downlink\)”/,
    ],
    ["a device that does not exist", READ_ONLY, /^No device valv in app/],
  ] as const)
    it(`says what the API refuses: ${name}`, async () => {
      const simulator = await withDevices();
      const flows = await listing(simulator, simulator.addKey({ rights }));
      give(flows, { deviceId: rights === READ_ONLY ? "valv" : "valve" });
      const { code, text: said } = await failure(flows);
      assert.equal(code, "api_failed");
      assert.match(said, text);
      assert.ok(said.includes(simulator.apiUrl));
      assert.ok(!said.includes(simulator.apiKey));
    });

  const ODD: readonly (readonly [string, Answer, RegExp, string])[] = [
    ["a limit", REFUSALS.rateLimited, /^The server refuses more requests at present/, "too many requests"],
    [
      "a deleted key",
      REFUSALS.deleted,
      /^The HTTP API refused the API key: unknown, deleted/,
      "key may not send",
    ],
    [
      "a sign-in page",
      { status: 200, body: "<html>" },
      /^The answer is not one of The Things/,
      "no answer from the API",
    ],
    [
      "a redirect",
      { status: 302, body: "", headers: { location: "/x" } },
      /^The answer is not one/,
      "no answer from the API",
    ],
    [
      "the stack without its database",
      REFUSALS.noDatabase,
      /^The HTTP API cannot answer at present/,
      "no answer from the API",
    ],
    [
      "a proxy before a server that is down",
      { status: 502, body: "<html>" },
      /^The HTTP API cannot answer at present/,
      "no answer from the API",
    ],
    [
      "a proxy's own limit",
      { status: 429, body: "<html>" },
      /^The HTTP API cannot answer at present/,
      "no answer from the API",
    ],
    ["another server's 404", { status: 404, body: "{}" }, /^The answer is not one/, "no answer from the API"],
    [
      "queue items that are none",
      { status: 200, body: '{"downlinks":[7]}' },
      /^The answer is not one/,
      "no answer from the API",
    ],
    [
      "no end",
      { status: 200, body: `{"a":"${"x".repeat(5_000_000)}"}` },
      /^The queue of valve is too large/,
      "no answer from the API",
    ],
  ];
  for (const [name, answer, text, status] of ODD)
    it(`says what comes instead of a queue: ${name}`, async () => {
      const simulator = await simulated();
      const server = await oddServer((request, response) => {
        request.resume();
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(answer.body);
      });
      try {
        const nodes = [...flowWith(simulator, server.url)];
        const flows = await sending(simulator, nodes);
        give(flows);
        const { code, text: said } = await failure(flows);
        assert.equal(code, "api_failed");
        assert.match(said, text);
        await flows.shows("downlink", status);
      } finally {
        await server.close();
      }
    });

  it("says where nothing answers at all", async () => {
    const simulator = await simulated();
    const gone = await apiServer({});
    await gone.close();
    const flows = await sending(simulator, flowWith(simulator, gone.url));
    give(flows);
    const { code, text } = await failure(flows);
    assert.equal(code, "api_failed");
    assert.match(text, /^The HTTP API cannot be reached\. Asked was http:\/\/127\.0\.0\.1:\d+\/api\/v3\./);
  });

  it("is refused where the HTTP API is switched off, before anything is asked", async () => {
    const simulator = await withDevices();
    const flows = await sending(simulator, flowWith(simulator, "off"));
    give(flows);
    const { code, text } = await failure(flows);
    assert.equal(code, "invalid_downlink");
    assert.match(text, /^operation is "list", and the connection has its HTTP API switched off/);
    await flows.shows("downlink", "queue cannot be read here");
  });

  for (const service of ["pubsub", "v2"] as const)
    it(`is refused on ${service}`, async () => {
      const simulator = await simulated();
      const nodes = [
        ...[tab(), connection(simulator, { service }), sink(), ...listeners()],
        node("tts-downlink", "downlink", LIST),
      ];
      const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
      give(flows);
      const { code } = await failure(flows);
      assert.ok(["invalid_downlink", "not_configured"].includes(code), code);
    });
});
