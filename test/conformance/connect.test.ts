import assert from "node:assert/strict";
import { connectPacket, type ConnectFields } from "../simulator/wire";
import { openTarget, TARGET, type Target } from "./target";
import { otherSecret, simulate, UNKNOWN_KEY } from "./traffic";
import { destroyWires, Wire } from "./wire";

describe(`logging in to ${TARGET}`, () => {
  let target: Target;
  before(async () => {
    target = await openTarget();
  });
  afterEach(destroyWires);
  after(() => target.close());

  const connect = async (fields: ConnectFields): Promise<unknown> => {
    const wire = await Wire.open(target);
    const connack = await wire.connect(target, fields);
    if (connack !== "closed" && connack.code !== 0) await wire.closed();
    return connack;
  };
  const accepted = { code: 0, sessionPresent: false };
  const refused = { code: 5, sessionPresent: false };

  it("works with an application's name and its key", async () => {
    assert.deepEqual(await connect({}), accepted);
  });

  for (const name of ["TTS_READ_KEY", "TTS_WRITE_KEY", "TTS_MUTE_KEY"] as const) {
    it(`works with any right on the application (${name})`, async function () {
      assert.deepEqual(await connect({ password: target.given(this, name) }), accepted);
    });
  }

  const refusals: Record<string, () => ConnectFields> = {
    "a key whose secret is wrong": () => ({ password: otherSecret(target.apiKey) }),
    "a key that does not exist": () => ({ password: UNKNOWN_KEY }),
    "a key that is cut off": () => ({ password: target.apiKey.slice(0, 60) }),
    "a key with a line break behind it": () => ({ password: `${target.apiKey}\n` }),
    "what is no key at all": () => ({ password: "hello" }),
    "an empty key": () => ({ password: "" }),
    "an application that does not exist": () => ({ userName: "no-such-application" }),
    "a malformed application ID": () => ({ userName: "App_1" }),
    "a tenant that does not exist": () => ({ userName: `${target.applicationId}@no-such-tenant` }),
  };
  for (const [what, fields] of Object.entries(refusals)) {
    it(`is refused with code 5 for ${what}, and the connection closed`, async () => {
      assert.deepEqual(await connect(fields()), refused);
    });
  }

  it("is answered to MQTT 5 by closing the connection without a word", async () => {
    assert.equal(await connect({ level: 5, properties: [0] }), "closed");
  });

  it("is not answered with code 0 where nothing is sent but the wrong protocol name", async () => {
    assert.deepEqual(await connect({ name: "FOO" }), { code: 1, sessionPresent: false });
  });

  it("keeps no session, even if asked to", async () => {
    const fields = { clientId: "conformance-session", clean: false };
    const first = await Wire.login(target, fields);
    await first.subscribe(["v3/+/devices/+/join"]);
    await first.end();

    const observer = await Wire.login(target);
    await observer.subscribe(["#"]);
    const second = await Wire.login(target, fields);
    const join = await simulate(target, "join_accept");
    await observer.message(join);
    await second.subscribe(["v3/+/devices/+/up"]);
    await second.message(await simulate(target, "uplink_message"));
    assert.deepEqual(second.messages(join), []);
  });

  it("leaves both connections open that use one client ID, and both get everything", async () => {
    const wires = [
      await Wire.login(target, { clientId: "conformance-twice" }),
      await Wire.login(target, { clientId: "conformance-twice" }),
    ];
    for (const wire of wires) await wire.subscribe(["#"]);
    const mark = await simulate(target, "uplink_message");
    for (const wire of wires) await wire.message(mark);
  });

  it("closes one and a half keepalives after the client's last packet, whatever the server sends", async () => {
    const silent = await Wire.login(target, { keepalive: 1 });
    const alive = await Wire.login(target, { keepalive: 1 });
    const subscribing = Date.now();
    await silent.subscribe(["#"]);
    const traffic = setInterval(() => void simulate(target, "uplink_message"), 250);
    const pings = setInterval(() => void alive.ping(), 250);

    // A busy machine is late with all of this: the close has no latest moment, but it comes in the middle of traffic.
    await silent.closed();
    const silence = Date.now() - subscribing;
    clearInterval(traffic);
    clearInterval(pings);
    assert.ok(silence > 1_400, `closed after ${silence} ms`);

    const lastPing = Date.now();
    await alive.ping();
    await alive.closed();
    const afterPing = Date.now() - lastPing;
    assert.ok(afterPing > 1_400, `closed ${afterPing} ms after a ping`);
  });

  it("goes with subscribing in one segment, packet by packet in order", async () => {
    const wire = await Wire.open(target);
    wire.send(connectPacket({ userName: target.userName, password: target.apiKey }));
    assert.deepEqual(await wire.subscribe(["#"]), [0]);
    await wire.message(await simulate(target, "uplink_message"));
  });
});
