import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, World } from "./world";

/** A gateway that hears something every ten minutes, and is known by now. */
function heard(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.sendEvery("door", 10 * MINUTE, 6);
  world.takeGateways();
  return world;
}

const connected = (more: object = {}) => ({ report: "connected", statistics: more }) as const;
const NOT_CONNECTED = { report: "not_connected" } as const;

describe("a watch of gateways", () => {
  it("learns them from uplinks, once each, but not those of others", () => {
    const world = new World();
    world.send("door", {}, { gateways: ["roof", "yard", "packetbroker", "", "roof"] });
    world.send("door", { f_cnt: 1 }, { gateways: ["yard"] });
    assert.deepEqual(world.takeGateways(), ["new roof", "new yard"]);
    assert.deepEqual(
      [...world.gateways.ids].map((id) => [id, world.gateways.state(id)?.uplinks]),
      [
        ["roof", 1],
        ["yard", 1],
      ],
      "both at the same moment",
    );
  });

  it("tells of those that are named only", () => {
    const world = new World({ gateways: ["yard"] });
    world.send("door", {}, { gateways: ["roof", "yard"] });
    assert.deepEqual([...world.gateways.ids], ["yard"]);
  });

  it("tells when nothing comes through one any more, and when something does again", () => {
    const world = heard();
    world.pass(29 * MINUTE);
    assert.deepEqual(world.takeGateways(), []);
    world.pass(2 * MINUTE);
    assert.deepEqual(world.takeGateways(), ["silent roof"]);
    assert.equal(world.gateways.state("roof")?.state, "offline");
    world.send("door", { f_cnt: 7 });
    assert.deepEqual(world.takeGateways(), ["back roof"]);
  });

  it("forgets one that is removed, and only what is known of one that is named", () => {
    const world = heard();
    assert.equal(world.gateways.remove("roof", world.now), true);
    assert.equal(world.gateways.remove("roof", world.now), false);
    assert.deepEqual([[...world.gateways.ids], [...world.restarted().gateways.ids]], [[], []]);
    world.pass(DAY);
    assert.deepEqual(world.takeGateways(), []);
    world.send("door", { f_cnt: 7 });
    assert.deepEqual(world.takeGateways(), ["new roof"]);
    const named = heard({ gateways: ["roof"] });
    assert.equal(named.gateways.remove("roof", named.now), true);
    assert.deepEqual(
      [named.gateways.state("roof")?.state, named.gateways.state("roof")?.uplinks],
      ["unknown", 0],
    );
  });

  it("does not call an interruption of our own connection silence", () => {
    const world = heard();
    world.connected(false);
    world.pass(DAY);
    world.connected(true);
    world.pass(29 * MINUTE);
    assert.deepEqual(world.takeGateways(), []);
    world.pass(2 * MINUTE);
    assert.deepEqual(world.takeGateways(), ["silent roof"], "40 minutes, the day left out");
  });

  describe("whose connection the stack tells of", () => {
    it("believes that rather than the silence of devices", () => {
      const world = heard();
      for (let minute = 0; minute < 120; minute++) {
        world.report("roof", connected({ connectedAt: 5, roundTrip: 21.5, lastUplink: 7 }));
        world.pass(MINUTE);
      }
      assert.deepEqual(world.takeGateways(), []);
      const { state, connectedAt, roundTrip, lastUplink, lastSeen, uplinks } =
        world.gateways.state("roof") ?? {};
      assert.deepEqual([state, connectedAt, roundTrip, uplinks], ["online", 5, 21.5, 6]);
      assert.equal(lastUplink, world.now.at - 130 * MINUTE, "an older one is said meanwhile");
      assert.equal(lastSeen, world.now.at - MINUTE);
    });

    it("tells when it is not connected twice in a row", () => {
      const world = heard();
      world.report("roof", connected());
      world.report("roof", NOT_CONNECTED);
      world.report("roof", connected());
      world.report("roof", NOT_CONNECTED);
      assert.deepEqual(world.takeGateways(), []);
      world.report("roof", { ...NOT_CONNECTED, disconnectReason: "connection expired" });
      world.report("roof", NOT_CONNECTED);
      assert.deepEqual(world.takeGateways(), ["silent roof"]);
      world.report("roof", connected());
      assert.deepEqual(world.takeGateways(), ["back roof"]);
    });

    it("shows why it is gone", () => {
      const world = heard();
      for (const disconnectReason of ["restarted", "expired"])
        world.report("roof", { ...NOT_CONNECTED, disconnectReason });
      assert.equal(world.gateways.state("roof")?.disconnectReason, "expired");
    });

    it("begins again when an uplink comes between", () => {
      const world = heard();
      world.report("roof", NOT_CONNECTED);
      world.send("door", { f_cnt: 6 });
      world.report("roof", NOT_CONNECTED);
      assert.deepEqual(world.takeGateways(), []);
    });

    it("goes by uplinks where the stack does not tell, or has not for five minutes", () => {
      const world = heard();
      world.report("roof", connected());
      world.pass(HOUR);
      assert.deepEqual(world.takeGateways(), ["silent roof"]);
      const other = heard();
      other.report("roof", { report: "unknown" });
      other.pass(HOUR);
      assert.deepEqual(other.takeGateways(), ["silent roof"]);
    });
  });

  it("knows after a restart what it knew", () => {
    const before = heard({ gateways: ["roof", "yard"] });
    before.pass(HOUR);
    before.takeGateways();
    const after = before.restarted({ gateways: ["roof", "yard"] });
    assert.deepEqual(after.gateways.state("roof"), before.gateways.state("roof"));
    assert.equal(after.gateways.state("yard")?.state, "unknown");
    after.send("door", { f_cnt: 50 });
    assert.deepEqual(after.takeGateways(), ["back roof"]);
  });

  it("counts the silence of one that was never heard over restarts", () => {
    let world = new World({ gateways: ["yard"] });
    world.pass(13 * HOUR);
    world = world.restarted({ gateways: ["yard"] });
    world.pass(10 * HOUR);
    assert.deepEqual(world.takeGateways(), []);
    world = world.restarted({ gateways: ["yard"] });
    world.pass(2 * HOUR);
    assert.deepEqual(world.takeGateways(), ["silent yard"]);
  });

  it("forgets one that was never heard when it is not named any more", () => {
    const world = new World({ gateways: ["yard"] });
    world.pass(HOUR);
    assert.deepEqual([...world.restarted().gateways.ids], []);
  });

  it("knows ten thousand at most", () => {
    const world = new World();
    for (let index = 0; index < 10_010; index += 10) {
      const gateways = Array.from({ length: 10 }, (_, more) => `gateway-${index + more}`);
      world.send("door", { f_cnt: index }, { gateways });
      world.passed += 10;
    }
    const ids = [...world.gateways.ids];
    assert.ok(ids.length <= 10_000 && ids.length > 5_000);
    assert.ok(ids.includes("gateway-10009") && !ids.includes("gateway-0"));
    assert.ok([...world.ledger.gateways].length <= 10_000);
  });

  it("looks at fifty receptions of an uplink", () => {
    const world = new World();
    world.send("door", {}, { gateways: Array.from({ length: 1_000 }, (_, index) => `gateway-${index}`) });
    assert.equal([...world.gateways.ids].length, 50);
  });

  it("knows what it knew of its gateways, however many others are heard", () => {
    const world = new World({ gateways: ["roof"] });
    world.send("door");
    world.passed += 1;
    const others = Array.from({ length: 12_000 }, (_, index) => `other-${index}`);
    for (let index = 0; index < others.length; index += 50)
      world.send("door", { f_cnt: 1 }, { gateways: others.slice(index, index + 50) });
    world.passed += 1;
    world.send("door", { f_cnt: 2 });
    assert.equal(world.gateways.state("roof")?.uplinks, 2);
    assert.deepEqual(world.takeGateways(), ["new roof"]);
  });
});
