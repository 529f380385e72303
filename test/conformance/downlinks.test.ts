import assert from "node:assert/strict";
import { createStackApi } from "../../src/diagnosis/stackApi";
import type { Received } from "../../src/stack/messages";
import { publishPacket } from "../simulator/wire";
import { openTarget, TARGET, type Target } from "./target";
import { downlink, downlinks, newMark, queueTopic, serviceOf } from "./traffic";
import { destroyWires, Wire, type Message } from "./wire";

describe(`downlinks that are published to ${TARGET}`, () => {
  let target: Target;
  /** Gets everything that becomes of them, and publishes. */
  let wire: Wire;
  let push: string;
  before(async () => {
    target = await openTarget();
    push = queueTopic(target, "push");
  });
  beforeEach(async () => {
    wire = await Wire.login(target);
    await wire.subscribe([`v3/${target.userName}/devices/+/down/+`]);
    await wire.publish(queueTopic(target, "replace"), downlinks());
  });
  afterEach(destroyWires);
  after(async () => {
    try {
      const last = await Wire.login(target);
      await last.publish(queueTopic(target, "replace"), downlinks());
    } finally {
      destroyWires();
      await target.close();
    }
  });

  const read = ({ topic, payload }: Message): Received => {
    const service = serviceOf(target);
    const classified = service.classify(topic);
    assert.ok(classified.what === "message", topic);
    const decoded = service.decode(classified, payload);
    assert.ok(decoded.ok, JSON.stringify(decoded));
    return decoded.received;
  };
  const queued = async (): Promise<number | undefined> => {
    const answer = await createStackApi(target.apiWith()).downlinkQueue(target.applicationId, target.device);
    return answer.answer === "ok" ? answer.downlinks.length : undefined;
  };
  /** A later downlink that does arrive: what was to become of earlier ones has become of them. */
  const later = async (): Promise<void> => {
    const mark = newMark();
    await wire.publish(push, downlinks(downlink(mark)));
    await wire.message(mark);
  };

  it("are acknowledged, and reported as queued with our correlation ID in the inner list", async () => {
    const mark = newMark();
    const priority = "HIGH";
    await wire.publish(push, downlinks(downlink(mark, { confirmed: true, priority })));
    const received = read(await wire.message(mark));
    assert.ok(received.kind === "downlink_queued");
    const { downlink_queued: body, correlation_ids, end_device_ids } = received.message;
    const ids = body.correlation_ids ?? [];
    assert.ok(ids.includes(mark) && ids.some((id) => id.startsWith("as:downlink:")), ids.join());
    assert.deepEqual(correlation_ids, ids);
    assert.deepEqual(
      [body.f_port, body.frm_payload, body.confirmed, body.priority, body.confirmed_retry],
      [15, "vu8=", true, priority, { attempt: 1 }],
    );
    assert.deepEqual([body.session_key_id, body.f_cnt], [undefined, undefined]);
    assert.equal(end_device_ids.device_id, target.device);
    assert.equal(await queued(), 1);
  });

  it("leave out the priority where it is the lowest", async () => {
    const mark = newMark();
    await wire.publish(push, downlinks(downlink(mark, { priority: "LOWEST" })));
    const received = read(await wire.message(mark));
    assert.ok(received.kind === "downlink_queued");
    assert.equal(received.message.downlink_queued.priority, undefined);
  });

  it("are reported in their order, each with an ID of its own", async () => {
    const marks = [newMark(), newMark(), newMark()];
    await wire.publish(push, downlinks(...marks.map((mark) => downlink(mark))));
    await wire.message(marks[2] ?? "");
    const order = wire.messages().flatMap(({ payload }) => marks.filter((mark) => payload.includes(mark)));
    assert.deepEqual(order, marks);
    const own = wire.messages().map(({ payload }) => /as:downlink:\w+/.exec(payload.toString())?.[0]);
    assert.equal(new Set(own).size, 3);
  });

  it("are queued a second time when a PUBLISH is repeated with DUP", async () => {
    const mark = newMark();
    const id = await wire.publish(push, downlinks(downlink(mark)));
    wire.send(publishPacket(push, downlinks(downlink(mark)), { qos: 1, id, dup: true }));
    await wire.pubacks(id, 2);
    await wire.message(mark, 2);
    assert.equal(await queued(), 2);
  });

  it("replace the queue; an empty list clears it without a word", async () => {
    const [first, second] = [newMark(), newMark()];
    await wire.publish(push, downlinks(downlink(first), downlink(first)));
    const replace = queueTopic(target, "replace");
    await wire.publish(replace, downlinks(downlink(second)));
    await wire.message(second);
    assert.equal(await queued(), 1);
    await wire.publish(replace, downlinks());
    assert.equal(await queued(), 0);
    await later();
    assert.equal(wire.messages(first).length, 2);
    assert.equal(wire.messages(second).length, 1);
  });

  const silent: Record<string, (mark: string) => string> = {
    "are not JSON": (mark) => `hello ${mark}`,
    "have a comma too much": (mark) => `{"downlinks":[${JSON.stringify(downlink(mark))},]}`,
    "are not in a list": (mark) => JSON.stringify(downlink(mark)),
    "have the FPort 224": (mark) => downlinks(downlink(mark, { f_port: 224 })),
    "have more than 255 bytes": (mark) => downlinks(downlink(mark, { frm_payload: bytes(256) })),
    "have no payload": (mark) => downlinks(downlink(mark, { frm_payload: undefined })),
    "have an empty payload": (mark) => downlinks(downlink(mark, { frm_payload: "" })),
    "have broken base64": (mark) => downlinks(downlink(mark, { frm_payload: "v" })),
    "have a correlation ID of 101 characters": (mark) =>
      downlinks(downlink(mark, { correlation_ids: [mark.padEnd(101, "x")] })),
    "have a priority that is out of range": (mark) => downlinks(downlink(mark, { priority: 7 })),
    "have a gateway ID in upper case": (mark) =>
      downlinks(downlink(mark, { class_b_c: { gateways: [{ gateway_ids: { gateway_id: "Roof" } }] } })),
    "want more than 100 attempts": (mark) =>
      downlinks(downlink(mark, { confirmed: true, confirmed_retry: { max_attempts: 101 } })),
  };
  for (const [what, payload] of Object.entries(silent)) {
    it(`are acknowledged and dropped in silence where they ${what}`, async () => {
      const mark = newMark();
      await wire.publish(push, payload(mark));
      await later();
      assert.deepEqual(wire.messages(mark), []);
      assert.equal(await queued(), 1);
    });
  }

  const elsewhere: Record<string, () => string> = {
    "for a device that does not exist": () => queueTopic(target, "push", "no-such-device"),
    "for a malformed device ID": () => queueTopic(target, "push", "No_Device"),
    "on a topic of messages": () => push.replace("down/push", "up"),
    "on a longer topic": () => `${push}/`,
    "for another application": () => push.replace(/^v3\/[^/]+/, "v3/another-application"),
    "for another tenant": () => push.replace(/^v3\/[^/@]+[^/]*/, `v3/${target.applicationId}@no-such-tenant`),
  };
  for (const [what, topic] of Object.entries(elsewhere)) {
    it(`are acknowledged and dropped in silence ${what}`, async () => {
      const mark = newMark();
      await wire.publish(topic(), downlinks(downlink(mark)));
      await later();
      assert.deepEqual(wire.messages(mark), []);
    });
  }

  it("are all dropped where one of them is wrong", async () => {
    const mark = newMark();
    await wire.publish(push, downlinks(downlink(mark), downlink(mark, { f_port: 224 })));
    await later();
    assert.deepEqual(wire.messages(mark), []);
  });

  it("are acknowledged and dropped in silence without the right to write", async function () {
    const reader = await Wire.login(target, { password: target.given(this, "TTS_READ_KEY") });
    const mark = newMark();
    await reader.publish(push, downlinks(downlink(mark)));
    await later();
    assert.deepEqual(wire.messages(mark), []);
  });

  it("are taken from a key that may only write", async function () {
    const writer = await Wire.login(target, { password: target.given(this, "TTS_WRITE_KEY") });
    const mark = newMark();
    await writer.publish(push, downlinks(downlink(mark)));
    assert.equal(read(await wire.message(mark)).kind, "downlink_queued");
  });

  /** The name of the error of each `failed` with this mark, which must be in the inner list. */
  const failures = (mark: string): (string | undefined)[] =>
    wire.messages(mark).map((message) => {
      const received = read(message);
      assert.ok(received.kind === "downlink_failed", received.kind);
      const { downlink: inner, error } = received.message.downlink_failed;
      assert.ok(inner?.correlation_ids?.includes(mark));
      return error?.name;
    });

  it("fail without FPort, every one of them where it is one", async () => {
    const mark = newMark();
    await wire.publish(push, downlinks(downlink(mark), downlink(mark, { f_port: 0 })));
    await wire.message(mark, 2);
    assert.deepEqual(failures(mark), ["no_f_port", "no_f_port"]);
    assert.equal(await queued(), 0);
  });

  it("fail where they are longer than the band allows", async () => {
    const mark = newMark();
    await wire.publish(push, downlinks(downlink(mark, { frm_payload: bytes(250) })));
    await wire.message(mark);
    assert.deepEqual(failures(mark), ["application_downlink_too_long"]);
  });

  it("fail where their time has passed", async () => {
    const mark = newMark();
    const class_b_c = { absolute_time: "2020-01-01T00:00:00Z" };
    await wire.publish(push, downlinks(downlink(mark, { class_b_c })));
    await wire.message(mark);
    assert.deepEqual(failures(mark), ["downlink_expired"]);
  });

  it("fail for a device without a session", async function () {
    const topic = queueTopic(target, "push", target.given(this, "TTS_UNJOINED_DEVICE"));
    const mark = newMark();
    await wire.publish(topic, downlinks(downlink(mark)));
    await wire.message(mark);
    assert.deepEqual(failures(mark), ["no_device_session"]);
  });

  it("are sent to a class C device at once, with our correlation ID in the inner list again", async function () {
    const replace = queueTopic(target, "replace", target.given(this, "TTS_CLASS_C_DEVICE"));
    const mark = newMark();
    await wire.publish(replace, downlinks(downlink(mark)));
    try {
      await wire.message(mark, 2);
    } finally {
      await wire.publish(replace, downlinks());
    }
    const [first, second] = wire.messages(mark).map(read);
    assert.equal(first?.kind, "downlink_queued");
    assert.ok(second?.kind === "downlink_sent");
    const { downlink_sent: body } = second.message;
    assert.ok(body.correlation_ids?.includes(mark));
    assert.equal(body.frm_payload, "vu8=");
    assert.ok((body.f_cnt ?? 0) >= 0);
  });
});

const bytes = (count: number): string => Buffer.alloc(count, 1).toString("base64");
