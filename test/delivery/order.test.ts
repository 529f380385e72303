import assert from "node:assert/strict";
import type { Answer, AnswerState } from "../../src/delivery/answers";
import { Item } from "../../src/delivery/item";
import { ByOrder } from "../../src/delivery/matcher";

/** As with V2. */
describe("answers without correlation IDs", () => {
  const answer = (state: AnswerState, deviceId = "valve"): Answer => ({
    state,
    deviceId,
    downlink: {},
    correlationIds: [],
  });

  it("are taken in the order of each device's downlinks", () => {
    const matcher = new ByOrder();
    const [first, second, confirmed, other] = ["valve", "valve", "valve", "lamp"].map((deviceId, index) => {
      const item = new Item(index, deviceId, { f_port: 1, confirmed: index === 2 }, undefined);
      item.enter("published", 0);
      matcher.add(item);
      return item;
    });
    assert.ok(first && second && confirmed && other);
    const take = (state: AnswerState): Item | undefined => {
      const item = matcher.find(answer(state));
      item?.enter(state, 0);
      if (item && state === "sent" && !item.confirmed) matcher.remove(item);
      return item;
    };
    const states = ["queued", "queued", "sent", "queued", "sent", "sent", "ack"] as const;
    assert.deepEqual(states.map(take), [first, second, first, confirmed, second, confirmed, confirmed]);
    assert.equal(matcher.find(answer("queued", "lamp")), other);
    assert.equal(matcher.find(answer("queued", "unknown")), undefined);
  });

  it("are about no unconfirmed downlink where they tell of an acknowledgement", () => {
    const matcher = new ByOrder();
    const [plain, confirmed] = [false, true].map((given, index) => {
      const item = new Item(index, "valve", { f_port: 1, confirmed: given }, undefined);
      item.enter("queued", 0);
      matcher.add(item);
      return item;
    });
    assert.ok(plain);
    for (const state of ["ack", "nack"] as const) assert.equal(matcher.find(answer(state)), confirmed);
  });

  it("are about no downlink that has other bytes or another FPort, where they tell", () => {
    const matcher = new ByOrder();
    const [first, second, fields] = [
      { f_port: 1, frm_payload: "AQ==" },
      { f_port: 2, frm_payload: "Ag==" },
      { f_port: 3, decoded_payload: { led: true } },
    ].map((given, index) => {
      const item = new Item(index, "valve", given, undefined);
      item.enter("published", 0);
      matcher.add(item);
      return item;
    });
    const find = (downlink: Answer["downlink"]): Item | undefined =>
      matcher.find({ ...answer("queued"), downlink });
    assert.equal(find({ f_port: 2, frm_payload: "Ag==" }), second);
    assert.equal(find({ f_port: 1, frm_payload: "AQ==" }), first);
    assert.equal(find({ f_port: 3, frm_payload: "Aw==" }), fields, "only the encoder knows its bytes");
    assert.equal(find({ f_port: 1, frm_payload: "Ag==" }), undefined, "somebody else's");
    assert.equal(find({}), first);
  });
});
