import assert from "node:assert/strict";
import { parseTopic } from "../../src/stack/topics";
import { STACK_KINDS } from "../../src/stack/kinds";
import { openTarget, TARGET, type Target } from "./target";
import { serviceOf, simulate } from "./traffic";
import { destroyWires, Wire } from "./wire";

describe(`subscribing at ${TARGET}`, () => {
  let target: Target;
  let devices: string;
  before(async () => {
    target = await openTarget();
    devices = `v3/${target.userName}/devices`;
  });
  afterEach(destroyWires);
  after(() => target.close());

  /** Published, and seen by a client that wants everything. */
  const published = async (...kinds: Parameters<typeof simulate>[1][]): Promise<string[]> => {
    const observer = await Wire.login(target);
    await observer.subscribe(["#"]);
    const marks: string[] = [];
    for (const kind of kinds) {
      const mark = await simulate(target, kind);
      await observer.message(mark);
      marks.push(mark);
    }
    return marks;
  };

  it("grants the filter that our service makes for each kind", async () => {
    const wire = await Wire.login(target);
    for (const { filter, qos } of serviceOf(target).subscriptions(new Set(STACK_KINDS)))
      assert.deepEqual(await wire.subscribe([filter], [qos]), [0], filter);
  });

  it("brings through each of these filters its own kind, once", async () => {
    const subscriptions = serviceOf(target).subscriptions(new Set(STACK_KINDS));
    const wires = await Promise.all(
      subscriptions.map(async ({ filter, kinds }) => {
        const wire = await Wire.login(target);
        await wire.subscribe([filter]);
        return { wire, kinds };
      }),
    );
    const marks = await published(...STACK_KINDS, ...STACK_KINDS);
    for (const { wire, kinds } of wires) {
      const last = marks[STACK_KINDS.length + STACK_KINDS.findIndex((kind) => kinds.includes(kind))];
      await wire.message(last ?? "");
      const received = marks.flatMap((mark) => wire.messages(mark));
      assert.deepEqual(
        received.map(({ topic }) => parseTopic(topic)?.kind),
        [...kinds, ...kinds],
      );
    }
  });

  const refused: Record<string, (own: string) => string> = {
    "another application": () => "v3/another-application/devices/+/up",
    "another tenant": (own) => `v3/${own.split("@", 1).join()}@no-such-tenant/devices/+/up`,
    "another version": (own) => `v1/${own}/devices/+/up`,
    "a slash at the beginning": (own) => `/v3/${own}/devices/+/up`,
    "upper case": (own) => `V3/${own}/devices/+/up`,
    "a wildcard for the version": () => "+/+/devices/+/up",
    "a shared subscription": (own) => `$share/group/v3/${own}/devices/+/up`,
    "the broker's own topics": () => "$SYS/#",
  };
  for (const [what, filter] of Object.entries(refused)) {
    it(`is refused for ${what}: 0x80, and the connection stays`, async () => {
      const wire = await Wire.login(target);
      assert.deepEqual(await wire.subscribe([filter(target.userName)]), [0x80]);
      assert.deepEqual(await wire.subscribe([`${devices}/+/up`]), [0]);
      await wire.message(await simulate(target, "uplink_message"));
    });
  }

  it("answers each filter on its own: a refused one takes no other with it", async () => {
    const wire = await Wire.login(target);
    const filters = [`${devices}/+/up`, "v3/another-application/devices/+/up", `${devices}/+/join`];
    assert.deepEqual(await wire.subscribe(filters), [0, 0x80, 0]);
    await wire.message(await simulate(target, "uplink_message"));
    await wire.message(await simulate(target, "join_accept"));
  });

  it("closes the connection for a filter that cannot be one", async () => {
    const wire = await Wire.login(target);
    await assert.rejects(wire.subscribe([`${devices}/+/up\0`]), /closed/);
  });

  it("does not match the parent level with a trailing #", async () => {
    const wire = await Wire.login(target);
    await wire.subscribe([`${devices}/+/up/#`]);
    const [uplink = "", normalized = ""] = await published("uplink_message", "uplink_normalized");
    await wire.message(normalized);
    assert.deepEqual(wire.messages(uplink), []);
  });

  it("delivers one copy where filters overlap or are repeated", async () => {
    const wire = await Wire.login(target);
    const filters = [`${devices}/+/up`, `${devices}/${target.device}/up`, "v3/+/devices/+/up", "v3/#", "#"];
    assert.deepEqual(await wire.subscribe(filters), [0, 0, 0, 0, 0]);
    await wire.subscribe([`${devices}/+/up`]);
    const [first = "", later = ""] = await published("uplink_message", "uplink_message");
    await wire.message(later);
    assert.equal(wire.messages(first).length, 1);
  });

  for (const qos of [0, 1, 2]) {
    it(`delivers with QoS 0, not retained, no duplicate, though QoS ${qos} was asked and granted`, async () => {
      const wire = await Wire.login(target);
      assert.deepEqual(await wire.subscribe([`${devices}/+/up`], [qos]), [qos]);
      const { packet } = await wire.message(await simulate(target, "uplink_message"));
      assert.deepEqual([packet.qos, packet.retain, packet.dup], [0, false, false]);
    });
  }

  it("retains nothing for those who come later", async () => {
    const [earlier = ""] = await published("uplink_message");
    const wire = await Wire.login(target);
    await wire.subscribe([`${devices}/+/up`]);
    await wire.message(await simulate(target, "uplink_message"));
    assert.deepEqual(wire.messages(earlier), []);
  });

  it("ends with UNSUBSCRIBE, for that filter only", async () => {
    const wire = await Wire.login(target);
    await wire.subscribe([`${devices}/+/up`, `${devices}/+/join`]);
    await wire.unsubscribe([`${devices}/+/up`]);
    const [uplink = "", join = ""] = await published("uplink_message", "join_accept");
    await wire.message(join);
    assert.deepEqual(wire.messages(uplink), []);
  });

  for (const name of ["TTS_WRITE_KEY", "TTS_MUTE_KEY"] as const) {
    it(`is granted without the right to read, and nothing comes (${name})`, async function () {
      const wire = await Wire.login(target, { password: target.given(this, name) });
      assert.deepEqual(await wire.subscribe([`${devices}/+/up`]), [0]);
      await published("uplink_message", "uplink_message");
      await wire.ping();
      assert.deepEqual(wire.messages(), []);
    });
  }

  it("brings everything to a key that may only read", async function () {
    const wire = await Wire.login(target, { password: target.given(this, "TTS_READ_KEY") });
    await wire.subscribe([`${devices}/+/up`]);
    await wire.message(await simulate(target, "uplink_message"));
  });
});
