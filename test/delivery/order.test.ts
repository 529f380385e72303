import assert from "node:assert/strict";
import type { Answer, AnswerState } from "../../src/delivery/answers";
import { Dispatch } from "../../src/delivery/dispatch";
import type { Item } from "../../src/delivery/item";
import { OpenParts } from "../../src/delivery/openParts";
import type { DownlinkItem } from "../../src/downlink/order";
import { Flow } from "./world";

/** As with V2. */
describe("answers without correlation IDs", () => {
  const answer = (state: AnswerState, deviceId = "valve"): Answer => ({
    state,
    deviceId,
    downlink: {},
    correlationIds: [],
  });

  /** Publishes downlinks to a device. */
  const published = (open: OpenParts, deviceId: string, items: readonly DownlinkItem[]): readonly Item[] => {
    const order = { deviceId, operation: "push", encoding: "downlinks", items } as const;
    const job = { report: "every", timeout: 10, offline: "hold", order } as const;
    const dispatch = new Dispatch(job, new Flow(), { arrivedAt: 0, date: () => 0 }, false);
    const part = dispatch.takePart();
    assert.ok(part);
    dispatch.publish(part);
    open.add({ part, dispatch });
    return part.items;
  };

  it("are taken in the order of each device's downlinks", () => {
    const open = new OpenParts(false);
    const [first, second] = published(open, "valve", [{ f_port: 1 }, { f_port: 1 }]);
    const [confirmed] = published(open, "valve", [{ f_port: 1, confirmed: true }]);
    const [other] = published(open, "lamp", [{ f_port: 1 }]);
    assert.ok(first && second && confirmed && other);
    const take = (state: AnswerState): Item | undefined => {
      const item = open.find(answer(state));
      item?.enter(state, 0);
      if (item && state === "sent" && !item.confirmed) open.remove(item);
      return item;
    };
    const states = ["queued", "queued", "sent", "queued", "sent", "sent", "ack"] as const;
    assert.deepEqual(states.map(take), [first, second, first, confirmed, second, confirmed, confirmed]);
    assert.equal(open.find(answer("queued", "lamp")), other);
    assert.equal(open.find(answer("queued", "unknown")), undefined);
  });

  it("are about no unconfirmed downlink where they tell of an acknowledgement", () => {
    const open = new OpenParts(false);
    const [, confirmed] = published(open, "valve", [{ f_port: 1 }, { f_port: 1, confirmed: true }]);
    assert.ok(confirmed);
    for (const state of ["ack", "nack"] as const) assert.equal(open.find(answer(state)), confirmed);
  });

  it("are about no downlink that has other bytes or another FPort, where they tell", () => {
    const open = new OpenParts(false);
    const [first, second, fields] = published(open, "valve", [
      { f_port: 1, frm_payload: "AQ==" },
      { f_port: 2, frm_payload: "Ag==" },
      { f_port: 3, decoded_payload: { led: true } },
    ]);
    const find = (downlink: Answer["downlink"]): Item | undefined =>
      open.find({ ...answer("queued"), downlink });
    assert.equal(find({ f_port: 2, frm_payload: "Ag==" }), second);
    assert.equal(find({ f_port: 1, frm_payload: "AQ==" }), first);
    assert.equal(find({ f_port: 3, frm_payload: "Aw==" }), fields, "only the encoder knows its bytes");
    assert.equal(find({ f_port: 1, frm_payload: "Ag==" }), undefined, "another client's");
    assert.equal(find({}), first);
  });
});
