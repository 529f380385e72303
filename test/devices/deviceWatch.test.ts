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

  it("tells it after the same time, however often a regular device was silent before", () => {
    const world = new World();
    const told: string[] = [];
    for (let time = 0; time < 6; time++) {
      world.sendEvery("device", 15 * MINUTE, 50, 50 * time);
      world.pass(44 * MINUTE);
      told.push(
        world
          .take()
          .filter((one) => one.startsWith("silent"))
          .join(),
      );
      world.pass(2 * MINUTE);
      told.push(world.take().join());
      world.pass(2 * HOUR);
    }
    assert.deepEqual(told, Array.from({ length: 6 }, () => ["", "silent device"]).flat());
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

  it("forgets one that is removed, for all that begin later and not for another watch", () => {
    const world = hourly({ devices: "" });
    const other = world.another();
    assert.equal(world.devices.remove("door", world.now), true);
    assert.equal(world.devices.remove("door", world.now), false);
    assert.deepEqual([[...world.devices.ids], [...world.restarted().devices.ids]], [[], []]);
    assert.deepEqual([...world.another().ids], []);
    assert.equal(other.state("door")?.received, 5);
    world.pass(2 * DAY);
    assert.deepEqual(world.take(), []);
    world.send("door", { f_cnt: 5 });
    assert.deepEqual(world.take(), ["new door"]);
    assert.equal(world.devices.state("door")?.received, 1);
  });

  it("goes on waiting for one that is named, when that is removed", () => {
    const world = hourly();
    assert.equal(world.devices.remove("door", world.now), true);
    assert.equal(world.devices.state("door")?.state, "unknown");
    world.send("door", { f_cnt: 5 });
    assert.deepEqual(world.take(), ["new door"]);
  });

  describe("does not call silence", () => {
    it("what is an interruption of our own connection, which is left out of the time", () => {
      const world = hourly();
      world.connected(false);
      world.pass(10 * DAY);
      assert.deepEqual(world.take(), []);
      world.connected(true);
      world.pass(3 * HOUR - MINUTE);
      assert.deepEqual(world.take(), []);
      world.pass(2 * MINUTE);
      assert.deepEqual(world.take(), ["silent door"]);
    });

    it("what is right behind one", () => {
      const world = hourly();
      world.pass(3 * HOUR - MINUTE);
      world.connected(false);
      world.pass(HOUR);
      world.connected(true);
      world.pass(9 * MINUTE);
      assert.deepEqual(world.take(), []);
      world.pass(2 * MINUTE);
      assert.deepEqual(world.take(), ["silent door"]);
    });

    it("the time before what it sent in one and was fetched later", () => {
      const world = hourly();
      world.pass(2 * HOUR);
      world.connected(false);
      world.pass(HOUR);
      world.connected(true);
      world.send("door", { f_cnt: 8 }, { way: "stored", delay: HOUR / 2 });
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

  it("gives one that was heard once, or twice at another interval than a day, a day and half an hour", () => {
    const world = new World({ devices: "door" });
    world.send("door", { f_cnt: 0 });
    world.pass(24.5 * HOUR - MINUTE);
    assert.deepEqual(world.take(), ["new door"]);
    world.pass(2 * MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
    world.pass(10 * HOUR);
    world.send("door", { f_cnt: 1 });
    world.pass(24.5 * HOUR - MINUTE);
    assert.deepEqual(world.take(), ["back door"]);
    world.pass(2 * MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
  });

  it("gives one that was heard twice, a day apart, a day and an hour: most likely it sends once a day, but not to the minute", () => {
    const world = new World({ devices: "door" });
    world.send("door", { f_cnt: 0 });
    world.pass(23.5 * HOUR);
    world.send("door", { f_cnt: 1 });
    world.pass(25 * HOUR - MINUTE);
    assert.deepEqual(world.take(), ["new door"]);
    world.pass(2 * MINUTE);
    assert.deepEqual(world.take(), ["silent door"]);
  });

  it("knows for longer than the last frames what a device usually loses", () => {
    const world = new World({ devices: "door" });
    const isLost = (fCnt: number): boolean => fCnt < 100 && fCnt % 5 === 0;
    for (let fCnt = 0; fCnt < 130; fCnt++) {
      if (!isLost(fCnt)) world.send("door", { f_cnt: fCnt });
      world.pass(HOUR);
    }
    assert.deepEqual(world.take(), ["new door"]);
    assert.equal(world.devices.state("door")?.lossRate, 0);
    world.pass(5 * HOUR);
    assert.deepEqual(world.take(), [], "four in a row are no wonder");
    world.pass(4 * HOUR);
    assert.deepEqual(world.take(), ["silent door"]);
  });

  it("knows after an interruption what a device usually loses", () => {
    const world = new World({ devices: "door" });
    for (let fCnt = 0; fCnt < 40; fCnt++) {
      if (fCnt % 3 > 0) world.send("door", { f_cnt: fCnt });
      world.pass(HOUR);
    }
    world.take();
    world.connected(false);
    world.pass(40 * HOUR);
    world.connected(true);
    world.send("door", { f_cnt: 80 });
    world.pass(12 * HOUR);
    assert.deepEqual(world.take(), []);
    world.pass(12 * HOUR);
    assert.deepEqual(world.take(), ["silent door"]);
  });

  describe("tells that one is silent that sends once a day", () => {
    const daily = (): World => {
      const world = new World({ devices: "door,never" });
      world.sendEvery("door", DAY, 5);
      world.take();
      return world;
    };

    it("although the connection is interrupted each night", () => {
      const world = daily();
      for (let night = 0; night < 4; night++) {
        world.pass(DAY - MINUTE, MINUTE / 2);
        world.connected(false);
        world.pass(MINUTE);
        world.connected(true);
      }
      assert.deepEqual(world.take(), ["silent door"]);
    });

    it("although its node is deployed each night, or Node-RED restarted", () => {
      let world = daily();
      const told: string[] = [];
      for (let night = 0; night < 4; night++) {
        world.pass(DAY, MINUTE / 2);
        told.push(...world.take());
        world = world.restarted({ devices: "door,never" });
      }
      assert.deepEqual(told, ["silent door"]);
      world.pass(DAY);
      assert.deepEqual(world.take(), [], "that one was never heard was told before");
    });

    it("but not where it was heard right before a restart", () => {
      const before = daily();
      before.pass(3 * DAY - MINUTE, MINUTE / 2);
      before.send("door", { f_cnt: 5 });
      const world = before.restarted({ devices: "door,never" });
      world.pass(DAY);
      assert.deepEqual(world.take(), []);
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

  describe("heals with uplinks that were fetched after an interruption:", () => {
    /** Heard from 0 to 29, then away for ten hours in which the device sends on. */
    function away(): World {
      const world = new World({ devices: "door" });
      world.sendEvery("door", HOUR, 30);
      world.take();
      world.connected(false);
      world.pass(10 * HOUR);
      world.connected(true);
      return world;
    }
    const fill = (world: World, counters: readonly number[], more: object = {}): void => {
      for (const f_cnt of counters)
        world.send("door", { f_cnt, ...more }, { way: "stored", delay: (40 - f_cnt) * HOUR });
    };
    const known = (world: World): readonly unknown[] => {
      const { received, lost, lossRate, fCnt } = world.devices.state("door") ?? {};
      return [received, lost, lossRate, fCnt];
    };

    it("none is lost where all were kept, before a live one or behind it", () => {
      const before = away();
      fill(before, [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
      before.send("door", { f_cnt: 40 });
      assert.deepEqual(known(before), [41, 0, 0, 40]);
      const behind = away();
      behind.send("door", { f_cnt: 40 });
      fill(behind, [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
      assert.deepEqual(known(behind), [41, 0, 0, 40]);
      assert.equal(behind.devices.state("door")?.interval, 3600);
      assert.deepEqual([before.take(), behind.take()], [[], []]);
    });

    it("what the server does not have is lost, and told of", () => {
      const before = away();
      fill(before, [30, 32, 34, 36, 37, 38, 39]);
      before.send("door", { f_cnt: 40 });
      assert.deepEqual(known(before), [38, 3, 3 / 25, 40]);
      const behind = away();
      behind.send("door", { f_cnt: 40 });
      fill(behind, [30, 32, 34, 36, 37, 38, 39]);
      assert.deepEqual(known(behind), [38, 3, 3 / 25, 40]);
      assert.deepEqual(behind.take(), []);
      const lossy = away();
      fill(lossy, [30, 32, 34, 35, 37, 39]);
      assert.deepEqual(known(lossy), [36, 4, 4 / 25, 39]);
      fill(lossy, [40, 43]);
      assert.deepEqual(lossy.take(), ["lost door"]);
    });

    it("what was not kept so long is not lost", () => {
      const world = away();
      fill(world, [37, 38]);
      world.send("door", { f_cnt: 40 });
      assert.deepEqual(known(world), [33, 0, 0, 40]);
      const behind = away();
      behind.send("door", { f_cnt: 40 });
      fill(behind, [37, 38]);
      assert.deepEqual(known(behind), [33, 0, 0, 40]);
    });

    it("what comes in between, while the rest is still underway, calls nothing lost", () => {
      const world = away();
      fill(world, [30, 31]);
      world.send("door", { f_cnt: 40 });
      fill(world, [32, 33, 34, 35, 36, 37, 38, 39]);
      assert.deepEqual(known(world), [41, 0, 0, 40]);
      assert.deepEqual(world.take(), []);
    });

    it("what the server has written down late was not lost", () => {
      const world = away();
      fill(world, [30, 31, 36, 37, 38, 39]);
      assert.deepEqual(known(world), [36, 4, 4 / 25, 39]);
      fill(world, [32, 33, 34, 35]);
      assert.deepEqual(known(world), [40, 0, 0, 39]);
    });

    it("more than the last 25 count as received", () => {
      const world = away();
      world.send("door", { f_cnt: 300 });
      for (let f_cnt = 30; f_cnt < 300; f_cnt++)
        world.send("door", { f_cnt }, { way: "stored", delay: (300 - f_cnt) * MINUTE });
      assert.deepEqual(known(world), [301, 0, 0, 300]);
    });

    it("those of before a reset change nothing of what it counts since", () => {
      const world = away();
      world.send("door", { f_cnt: 2 });
      assert.deepEqual(world.take(), ["reset door"]);
      fill(world, [30, 31, 0, 1]);
      assert.deepEqual(known(world), [33, 0, 0, 2]);
      assert.deepEqual(world.take(), []);
    });

    it("a reset and a new session among them are told as they would have been", () => {
      const world = away();
      fill(world, [30, 31]);
      world.send("door", { f_cnt: 0 }, { way: "stored", delay: HOUR });
      assert.deepEqual(world.take(), ["reset door"]);
      const joined = away();
      joined.send("door", { f_cnt: 1, session_key_id: "b" });
      fill(joined, [30, 31]);
      joined.send("door", { f_cnt: 0, session_key_id: "b" }, { way: "stored", delay: HOUR });
      assert.deepEqual(known(joined), [2, 0, 0, 1]);
      assert.deepEqual(joined.take(), []);
    });

    it("they are no sign of life but of then", () => {
      const world = new World({ devices: "door,never" });
      world.sendEvery("door", HOUR, 30);
      world.pass(5 * HOUR);
      assert.deepEqual(world.take(), ["new door", "silent never", "silent door"]);
      world.connected(false);
      world.pass(10 * HOUR);
      world.connected(true);
      world.send("door", { f_cnt: 30 }, { way: "stored", delay: 14 * HOUR });
      assert.deepEqual(world.take(), [], "from before it was called silent");
      world.send("door", { f_cnt: 31 }, { way: "stored", delay: 8 * HOUR });
      assert.deepEqual(world.take(), ["back door"]);
      assert.equal(world.devices.state("door")?.lastSeen, world.now.at - 8 * HOUR);
      world.pass(8 * HOUR);
      assert.deepEqual(world.take(), ["silent door"]);
      world.send("never", {}, { way: "stored", delay: HOUR });
      assert.deepEqual(world.take(), ["new never", "back never"]);
    });

    it("the last of them is the last payload, and counts for its gateway", () => {
      const world = away();
      fill(world, [30], { decoded_payload: { open: true }, f_port: 1 });
      assert.deepEqual(world.devices.state("door")?.payload, { open: true });
      assert.equal(world.gateways.state("roof")?.uplinks, 31);
    });
  });

  it("takes a frame that comes again for no other signal", () => {
    const world = new World({ devices: "door" });
    const data_rate = { lora: { spreading_factor: 7, bandwidth: 125_000 } };
    const rx_metadata = [{ gateway_ids: { gateway_id: "roof" }, rssi: -120, snr: -7 }];
    for (let again = 0; again < 3; again++)
      world.send("door", { f_cnt: 1, rx_metadata, settings: { data_rate } });
    assert.deepEqual(world.take(), ["new door"]);
  });

  it("takes what a broker has kept for nothing of the present", () => {
    const world = new World({ devices: "door", rules: { silentAfter: HOUR } });
    world.send("door", { f_cnt: 7 }, { way: "retained", delay: 3 * DAY });
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

  it("takes a device that was registered anew for neither new, lost nor reset, with or without a join", () => {
    for (const joins of [true, false]) {
      const world = new World();
      world.sendEvery("door", HOUR, 12, 700);
      assert.deepEqual(world.take(), ["new door"]);
      if (joins) world.send("door", {}, { kind: "join" });
      for (let fCnt = 0; fCnt < 12; fCnt++) {
        // Keys of its own each time, as the network makes them, or gets them by hand.
        world.send("door", { f_cnt: fCnt, session_key_id: "of the new registration" });
        world.pass(HOUR);
      }
      assert.deepEqual(world.take(), []);
      const { lost, received, fCnt } = world.devices.state("door") ?? {};
      assert.deepEqual([lost, received, fCnt], [0, 12, 11]);
    }
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

  it("knows what it knew of its devices, however many others are heard", () => {
    const world = hourly();
    for (let index = 0; index < 12_000; index++) {
      world.ledger.see(`other-${index}`, world.now.at + 1);
    }
    world.send("door", { f_cnt: 5 });
    assert.deepEqual(world.take(), []);
    assert.deepEqual(
      [world.devices.state("door")?.received, world.devices.state("door")?.interval],
      [6, HOUR / SECOND],
    );
  });

  it("watches what it names, heard or not, however many others it watches", () => {
    const world = new World({ devices: "door, lamp, device-*" });
    world.send("door");
    world.passed += 1;
    for (let index = 0; index < 12_000; index++) {
      world.send(`device-${index}`);
      world.passed += 1;
    }
    assert.deepEqual(
      ["door", "lamp"].map((id) => world.devices.state(id)?.state),
      ["online", "unknown"],
    );
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
