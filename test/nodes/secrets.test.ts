import assert from "node:assert/strict";
import { inspect } from "node:util";
import { readFormRequest } from "../../nodes/tts-connection/admin/formRequest";
import { isVisible } from "../../src/stack/shown";
import { API_KEY } from "../diagnosis/stackAnswers";
import { connection, listeners, node, running, simulated, sink, tab, uplink, withNodeRed } from "./nodeRed";

const SECRET = API_KEY.slice(-52);
const NASTY = "\r\n30 Nov 00:00:00 - [error] forged\u001b[31m\u202e";

describe("a value in the wrong field", () => {
  withNodeRed();

  for (const property of [
    "applicationId",
    "tenantId",
    "host",
    "port",
    "api",
    "proxy",
    "keepalive",
    "clientId",
    "holdMax",
  ])
    it(`is shown in one line and not as a key, where it is in ${property} of a connection`, async () => {
      for (const value of [API_KEY, `x${NASTY}`]) {
        const simulator = await simulated();
        const config = connection(simulator, { [property]: value });
        const flows = await running([tab(), config, uplink(), sink(), ...listeners()], {
          connection: { apiKey: simulator.apiKey },
        });
        const caught = property === "clientId" ? undefined : await flows.next("caught");
        const shown = [flows.log, inspect(caught, { depth: 9 }), inspect(flows.statuses("uplink"))];
        for (const text of shown) {
          assert.ok(!text.toUpperCase().includes(SECRET), property);
          assert.ok(!text.includes("\u001b[31m") && !text.includes("\u202e"), property);
        }
        assert.doesNotMatch(caught?.error?.message ?? "", /[\r\n]/);
        await flows.unload();
      }
    });

  it("is shown so of receiving nodes, too", async () => {
    const simulator = await simulated();
    const nodes = [
      uplink({ devices: `door,${API_KEY}` }, "devices"),
      uplink({ ports: NASTY }, "ports"),
      uplink({ output: "field", field: `[${API_KEY}` }, "field"),
      node("tts-event", "event", { devices: NASTY }),
    ];
    const flows = await running([tab(), connection(simulator), ...nodes, sink(), ...listeners()]);
    for (const { id } of nodes) {
      const { error } = await flows.next("caught");
      assert.ok(error && !error.message.includes(SECRET));
      assert.ok(isVisible(error.message), id);
    }
  });

  it("that should name a TLS configuration and names another node is said in words", async () => {
    const simulator = await simulated();
    const config = connection(simulator, { useTls: true, tls: "other" });
    const other = connection(simulator, { id: "other" });
    const flows = await running([tab(), other, config, uplink(), sink(), ...listeners()], {
      connection: { apiKey: simulator.apiKey },
    });
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_configured");
    assert.match(error.message, /TLS configuration.*another kind/);
  });
});

describe("the form of a request", () => {
  const formOf = (more: object): object => ({ id: "connection", properties: {}, credentials: {}, ...more });

  it("is read, whatever else stands beside it", () => {
    assert.ok(readFormRequest(formOf({ more: { a: [1] } })));
  });

  it("is refused where it is large or deep without end, without overflowing anything", () => {
    const deep: unknown = JSON.parse(`${'{"a":['.repeat(200_000)}1${"]}".repeat(200_000)}`);
    for (const more of [deep, "x".repeat(70_000), new Array(70_000).fill(0), { ["k".repeat(70_000)]: 1 }])
      assert.equal(readFormRequest(formOf({ more })), undefined);
    assert.equal(readFormRequest(deep), undefined);
    const shallow: unknown = JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`);
    assert.ok(readFormRequest(formOf({ more: shallow })));
  });
});
