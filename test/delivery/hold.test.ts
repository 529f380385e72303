import assert from "node:assert/strict";
import { Dispatch } from "../../src/delivery/dispatch";
import { Hold } from "../../src/delivery/hold";
import { Flow, item } from "./world";

describe("what waits and is not told yet", () => {
  const waiting = (): { dispatch: Dispatch; flow: Flow } => {
    const flow = new Flow();
    const order = { deviceId: "valve", operation: "push", encoding: "bytes", items: [item()] } as const;
    const job = { report: "queued", timeout: 10, offline: "hold", order } as const;
    return { dispatch: new Dispatch(job, flow, { arrivedAt: 0, date: () => 0 }, true), flow };
  };

  it("is told a quarter of a second after the first of them began to wait for an acknowledgement", () => {
    const hold = new Hold(100, 60);
    assert.equal(hold.tellAt(1_000, true), Infinity);
    hold.add(waiting().dispatch, 1_000);
    hold.add(waiting().dispatch, 1_200);
    assert.equal(hold.tellAt(1_200, true), 1_250);
    assert.equal(hold.tellAt(1_200, false), 1_200, "at once where it waits for more than that");
  });

  it("is counted anew from the next one where nothing waited in between", () => {
    const hold = new Hold(100, 60);
    const first = waiting().dispatch;
    hold.add(first, 1_000);
    hold.delete(first);
    assert.equal(hold.tellAt(1_100, true), Infinity);
    hold.add(waiting().dispatch, 2_000);
    assert.equal(hold.tellAt(2_000, true), 2_250);
  });

  it("is held, once, where it still waits", () => {
    const hold = new Hold(100, 60);
    const [gone, still] = [waiting(), waiting()];
    for (const { dispatch } of [gone, still]) hold.add(dispatch, 1_000);
    hold.delete(gone.dispatch);
    for (let time = 0; time < 2; time += 1) hold.tell();
    assert.deepEqual([gone.flow.steps, still.flow.steps], [[], ["held"]]);
  });
});
