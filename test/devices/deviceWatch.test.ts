import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND, World } from "./world";

/** A device that sends each hour, and is known by now. */
function hourly(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World({ devices: "door", ...options });
  world.sendEvery("door", HOUR, 5);
  world.take();
  return world;
}

const SF7 = { data_rate: { lora: { spreading_factor: 7, bandwidth: 125_000 } } };
const heardWith = (snr: number) => [{ gateway_ids: { gateway_id: "roof" }, rssi: -100, snr }];

describe("a watch of devices", () => {
  it("tells of a new device, once, and of none that does not belong to it", () => {
    const world = new World({ devices: "door-*" });
    world.send("door-1");
    world.send("door-1", { f_cnt: 1 });
    world.send("valve");
    assert.deepEqual(world.take(), ["new door-1"]);
    assert.equal(world.devices.state("door-1")?.state, "online");
    assert.equal(world.devices.state("valve"), undefined);
  });

  it("tells when a device has been silent for four of its intervals, once, and when it is back", () => {
    const world = hourly();
    world.pass(3 * HOUR - MINUTE);
    assert.deepEqual(world.take(), []);
    world.pass(2 * MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
    assert.equal(world.devices.state("door")?.state, "silent");
    world.pass(DAY);
    assert.deepEqual(world.take(), []);
    world.send("door", { f_cnt: 30 });
    assert.deepEqual(world.take(), ["back door", "lost door"]);
  });

  it("goes by the time that is set", () => {
    const world = hourly({ rules: { silentAfter: 90 * MINUTE } });
    world.pass(31 * MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
  });

  it("tells of one that was never heard although it is named, after a day or the time that is set", () => {
    const world = new World({ devices: "door, valve-*" });
    assert.deepEqual(world.devices.state("door")?.lastSeen, null);
    assert.equal(world.devices.state("door")?.state, "unknown");
    world.pass(DAY);
    assert.deepEqual(world.take(), []);
    world.pass(MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
    world.send("door");
    assert.deepEqual(world.take(), ["new door", "back door"]);
    const impatient = new World({ devices: "door", rules: { silentAfter: MINUTE } });
    impatient.pass(70 * SECOND);
    assert.deepEqual(impatient.take(), ["silent door"]);
  });

  describe("does not call silence", () => {
    it("what is an interruption of our own connection, nor the time until each has sent again", () => {
      const world = hourly();
      world.connected(false);
      world.pass(10 * DAY);
      assert.deepEqual(world.take(), []);
      world.connected(true);
      world.pass(4 * HOUR - MINUTE);
      assert.deepEqual(world.take(), []);
      world.pass(2 * MINUTE);
      assert.deepEqual(world.take(), ["silent door"]);
    });

    it("that the clock of this machine was set", () => {
      const world = hourly();
      for (const set of [365 * DAY, -365 * DAY]) {
        world.set = set;
        world.pass(MINUTE);
        assert.deepEqual(world.take(), []);
      }
      world.send("door", { f_cnt: 5 });
      world.set = 0;
      world.pass(HOUR);
      assert.deepEqual(world.take(), []);
    });

    it("that this machine slept", () => {
      const world = hourly();
      world.passed += 3 * DAY;
      world.pass(HOUR);
      assert.deepEqual(world.take(), []);
      world.pass(3 * HOUR + MINUTE);
      assert.deepEqual(world.take(), ["silent door"]);
    });

    it("the day of a sensor that spoke ten times a minute the day before", () => {
      const world = new World({ devices: "door" });
      world.sendEvery("door", DAY, 4);
      for (let day = 0; day < 3; day++) {
        world.sendEvery("door", 6 * SECOND, 40, 100 + 100 * day);
        world.pass(DAY, MINUTE / 2);
      }
      assert.deepEqual(
        world.take().filter((told) => told.startsWith("silent")),
        [],
      );
      world.pass(3 * DAY + HOUR, MINUTE / 2);
      assert.deepEqual(world.take(), ["silent door"]);
    });
  });

  it("learns the interval of what was held while Node-RED was away by when the network received it", () => {
    const world = hourly();
    world.connected(false);
    world.pass(12 * HOUR);
    world.connected(true);
    for (let held = 12; held > 0; held--) world.send("door", { f_cnt: 17 - held }, { delay: held * HOUR });
    assert.equal(world.devices.state("door")?.interval, 3600);
    assert.equal(world.devices.state("door")?.lost, 0);
    world.pass(3 * HOUR);
    assert.deepEqual(world.take(), []);
  });

  it("takes what a broker has kept for nothing of the present", () => {
    const world = new World({ devices: "door", rules: { silentAfter: HOUR } });
    world.send("door", { f_cnt: 7 }, { retained: true, delay: 3 * DAY });
    assert.deepEqual(world.take(), ["new door"]);
    const { state, lastSeen } = world.devices.state("door") ?? {};
    assert.deepEqual([state, lastSeen], ["unknown", world.now.at - 3 * DAY]);
    world.pass(HOUR + MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
    world.send("door", { f_cnt: 90 });
    assert.equal(world.devices.state("door")?.lost, 0, "what was sent before we listened");
  });

  it("takes the same frame again for no loss and no interval", () => {
    const world = hourly();
    for (let again = 0; again < 20; again++) {
      world.send("door", { f_cnt: 4, confirmed: true });
      world.pass(5 * SECOND);
    }
    const { interval, received, lost } = world.devices.state("door") ?? {};
    assert.deepEqual([interval, received, lost], [3600, 5, 0]);
  });

  it("takes the time between what is heard for its interval, where uplinks are lost, too", () => {
    const world = new World({ devices: "door" });
    for (let fCnt = 0; fCnt < 30; fCnt++) {
      if (fCnt % 3 !== 1) world.send("door", { f_cnt: fCnt });
      world.pass(HOUR);
    }
    assert.equal(world.devices.state("door")?.interval, 1.5 * 3600);
  });

  it("tells of losses above the limit, once, until they are half of it", () => {
    const world = new World({ devices: "door" });
    let fCnt = 0;
    const send = (count: number, step: number): string[] => {
      for (let index = 0; index < count; index++) world.send("door", { f_cnt: (fCnt += step) });
      return world.take();
    };
    send(20, 1);
    assert.deepEqual(send(1, 4), [], "3 of 24");
    assert.deepEqual(send(2, 4), ["lost door"]);
    assert.deepEqual(send(2, 4), []);
    send(40, 1);
    assert.equal(world.devices.state("door")?.lossRate, 0);
    assert.deepEqual(send(2, 5), ["lost door"]);
  });

  it("says nothing of losses before ten frames", () => {
    const world = new World({ devices: "door" });
    for (const f_cnt of [0, 2, 4, 6, 8]) world.send("door", { f_cnt });
    assert.deepEqual(world.take(), ["new door"]);
    world.send("door", { f_cnt: 10 });
    assert.deepEqual(world.take(), ["lost door"]);
  });

  it("tells when a device counts anew without a new session, and not when it has joined or wrapped", () => {
    const world = hourly();
    world.send("door", { f_cnt: 0 });
    assert.deepEqual(world.take(), ["reset door"]);
    world.send("door", {}, { kind: "join" });
    world.send("door", { session_key_id: "b", f_cnt: 0 });
    world.send("door", { session_key_id: "b", f_cnt: 65_535 });
    world.take();
    world.send("door", { session_key_id: "b", f_cnt: 0 });
    assert.deepEqual(world.take(), []);
  });

  it("tells of a low battery, once, until it is clearly better", () => {
    const world = hourly();
    const levels = [50, 20, 19, 18, 21, 24, 19, 25, 19];
    levels.forEach((value, index) => {
      world.send("door", { f_cnt: 5 + index, last_battery_percentage: { value, f_cnt: 5 } });
    });
    assert.deepEqual(world.take(), ["battery door", "battery door"]);
    assert.equal(world.devices.state("door")?.battery, 19);
  });

  it("tells of a weak signal when it stays weak, once, until it stays clearly better", () => {
    const world = hourly();
    let fCnt = 5;
    const send = (...snrs: readonly number[]): string[] => {
      for (const snr of snrs)
        world.send("door", { f_cnt: fCnt++, settings: SF7, rx_metadata: heardWith(snr) });
      return world.take();
    };
    assert.deepEqual(send(-5, -5, 0, -5, -4.5, -5), [], "two in a row");
    assert.deepEqual(send(-5, -5, -5), ["weak door"]);
    assert.deepEqual(send(-4, -4, -4, -5, -5, -5, -5), [], "hardly better");
    assert.deepEqual(send(3, 3, 3, -5, -5, -5), ["weak door"]);
    const { margin, dataRate, snr, rssi, gatewayId, gateways } = world.devices.state("door") ?? {};
    assert.deepEqual(
      [margin, dataRate, snr, rssi, gatewayId, gateways],
      [2.5, "SF7BW125", -5, -100, "roof", 1],
    );
  });

  it("leaves out uplinks that are simulated in the Console", () => {
    const world = hourly();
    world.pass(2 * HOUR);
    world.send("door", { f_cnt: 0 }, { simulated: true });
    world.pass(HOUR + MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
  });

  it("takes a join for a sign of life", () => {
    const world = hourly();
    world.pass(2 * HOUR);
    world.send("door", {}, { kind: "join" });
    world.pass(3 * HOUR);
    assert.deepEqual(world.take(), []);
  });

  it("knows after a restart what it knew, and tells nothing twice", () => {
    const options = { devices: "door, valve", rules: { silentAfter: 4 * HOUR } };
    const before = hourly(options);
    before.sendEvery("valve", HOUR, 3);
    before.pass(6 * HOUR);
    before.send("valve", { f_cnt: 9 });
    before.take();
    const states = ["door", "valve"].map((id) => before.devices.state(id));
    assert.deepEqual(
      states.map((state) => state?.state),
      ["silent", "online"],
    );
    const after = before.restarted(options);
    assert.deepEqual(
      ["door", "valve"].map((id) => after.devices.state(id)),
      states,
    );
    after.pass(4 * HOUR - MINUTE);
    assert.deepEqual(after.take(), [], "each gets its full time");
    after.pass(2 * MINUTE);
    assert.deepEqual(after.take(), ["silent valve"]);
    after.send("door", { f_cnt: 900 });
    assert.deepEqual(after.take(), ["back door"]);
    assert.equal(after.devices.state("door")?.lost, 0, "what came while it was off");
  });

  it("forgets what does not belong to it any more", () => {
    const after = hourly().restarted({ devices: "valve" });
    assert.deepEqual([...after.devices.ids], ["valve"]);
  });

  it("knows ten thousand devices, of which those not heard for longest go first", () => {
    const world = new World();
    for (let index = 0; index < 10_001; index++) {
      world.send(`device-${index}`);
      world.passed += 1;
    }
    const ids = [...world.devices.ids];
    assert.ok(ids.length <= 10_000 && ids.length > 5_000);
    assert.ok(ids.includes("device-10000") && !ids.includes("device-0"));
    assert.ok(JSON.stringify(world.devices.stored).length < 5_000_000);
  });

  it("takes hostile values for none", () => {
    const world = new World();
    const hostile: object[] = [
      { f_cnt: -1 },
      { f_cnt: 1.5 },
      { f_cnt: 2 ** 53 },
      { f_cnt: 7, session_key_id: "x".repeat(100_000) },
      { rx_metadata: [{}, { gateway_ids: { gateway_id: "g".repeat(100_000) } }] },
      { settings: { data_rate: { lora: { spreading_factor: "constructor" } } } },
      { last_battery_percentage: { value: "NaN" } },
    ];
    for (const uplink of hostile) world.send("__proto__", uplink);
    const state = world.devices.state("__proto__");
    assert.ok(JSON.stringify(state).length < 400);
    assert.deepEqual(world.take(), ["new __proto__"]);
  });
});
