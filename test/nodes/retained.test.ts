/** A broker or a bridge in front of the stack may keep messages for who subscribes: they are old ones. */
import assert from "node:assert/strict";
import {
  connection,
  listeners,
  node,
  receiving,
  simulated,
  sink,
  tab,
  uplink,
  uplinkFlow,
  withNodeRed,
} from "./nodeRed";

const ids = { end_device_ids: { device_id: "door", application_ids: { application_id: "app1" } } };
const UP = JSON.stringify({ ...ids, uplink_message: { f_port: 1, frm_payload: "AQ==" } });

describe("a retained message", () => {
  withNodeRed();

  it("is marked in uplinks, joins and events, for every node that gets it; others are not", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[
        tab(),
        connection(simulator),
        sink(),
        uplink(),
        uplink({ wires: [["second"]] }, "u2"),
        sink("second"),
      ],
      ...[node("tts-join", "join", { wires: [["joined"]] }), sink("joined"), ...listeners()],
      ...[node("tts-event", "event", { wires: [["happened"]] }), sink("happened")],
    ];
    const flows = await receiving(simulator, nodes, 10);
    const base = `v3/${simulator.userName}/devices/door`;
    simulator.sendRetained(`${base}/up`, UP);
    for (const name of ["out", "second"]) assert.equal((await flows.next(name)).retain, true, name);
    simulator.sendRetained(`${base}/join`, JSON.stringify({ ...ids, join_accept: {} }));
    assert.equal((await flows.next("joined")).retain, true);
    simulator.sendRetained(`${base}/down/ack`, JSON.stringify({ ...ids, downlink_ack: {} }));
    assert.equal((await flows.next("happened")).retain, true);
    simulator.send(`${base}/up`, UP);
    for (const name of ["out", "second"]) assert.ok(!("retain" in (await flows.next(name))), name);
  });

  it("is marked where it is an error, too", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, uplinkFlow(simulator, { missing: "error" }));
    simulator.sendRetained(`v3/${simulator.userName}/devices/door/up`, UP);
    const { error, retain } = await flows.next("caught");
    assert.equal(error?.code, "missing_payload");
    assert.equal(retain, true);
  });
});
