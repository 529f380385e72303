import assert from "node:assert/strict";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/simulator";
import { Arrivals, type KeptArrivals } from "../../src/account/backfill/arrivals";
import { Backfill, type BackfillTiming } from "../../src/account/backfill";
import type { Backfilled, BackfillProblem } from "../../src/diagnosis/backfill";
import type { Uplink } from "../../src/stack/uplink";

const BEGIN = Date.UTC(2026, 10, 30, 10);
const iso = (second: number): string => new Date(BEGIN + second * 1_000).toISOString();

/** A backfill with a simulated server behind it, and all that it does. */
class World {
  simulator!: Simulator;
  backfill!: Backfill;
  readonly arrivals = new Arrivals();
  readonly delivered: number[] = [];
  readonly problems: BackfillProblem[] = [];
  readonly filled: Backfilled[] = [];
  /** Times at which they were handed over, in ms of `performance.now()`. */
  readonly at: number[] = [];
  readonly kept: KeptArrivals[] = [];
  pauses = 0;
  take: Arrivals["take"] | undefined;
  leave: () => void = () => undefined;
  onDelivered: () => void = () => undefined;
  #changed: (() => void)[] = [];

  async start(options: SimulatorOptions = {}, timing: Partial<BackfillTiming> = {}): Promise<void> {
    this.simulator = await startSimulator({ storage: {}, ...options });
    this.backfill = new Backfill({
      applicationId: "app1",
      arrivals: this.arrivals,
      target: () => ({ url: this.simulator.apiUrl, apiKey: this.simulator.apiKey }),
      watch: (take) => (this.take = take),
      deliver: ({ uplink }) => {
        this.delivered.push(uplink.uplink_message.f_cnt ?? 0);
        this.at.push(performance.now());
        this.onDelivered();
        this.#notify();
      },
      onProblem: (problem) => {
        this.problems.push(problem);
        this.#notify();
      },
      onFilled: (filled) => {
        this.filled.push(filled);
        this.#notify();
      },
      timing: {
        late: 20,
        tick: 1,
        pause: () => {
          this.pauses += 1;
          this.#notify();
          return 5;
        },
        ...timing,
      },
    });
    this.simulator.events.on("request", () => this.#notify());
  }

  join(kept?: unknown): void {
    this.leave = this.backfill.join({
      recall: (then) => then(kept),
      keep: (state) => void this.kept.push(state),
    });
  }

  /** An uplink is received by the server; `live`: it also comes here. */
  uplink(second: number, live = false): void {
    const message = this.simulator.publish(
      "uplink_message",
      "lamp",
      { session_key_id: "AA==", f_port: 1, f_cnt: second, frm_payload: "AQ==" },
      { received_at: iso(second).replace("Z", "456789Z") },
    );
    if (live) this.take?.(message as unknown as Uplink, "lamp");
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  /** As nodes see it: uplinks come, then there is no connection, then there is again. */
  interrupt(meanwhile: () => void): void {
    this.backfill.receiving(false);
    meanwhile();
    this.backfill.receiving(true);
  }

  /** Received one live, and asked what time it is there. */
  async begun(): Promise<void> {
    this.join();
    this.backfill.receiving(true);
    await this.until(() => this.asked === 1);
    this.uplink(1, true);
  }

  get asked(): number {
    return this.simulator.requests.filter(({ path }) => path.includes("/storage/")).length;
  }

  #notify(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  async end(): Promise<void> {
    this.backfill.end();
    await this.simulator.stop();
  }
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("a backfill", () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(() => world.end());

  it("fetches in order what a server gives in pages, whatever their size", async () => {
    await world.start({ storage: { most: 7 } });
    await world.begun();
    world.interrupt(() => range(2, 40).forEach((second) => world.uplink(second)));
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 40));
    assert.equal(world.filled[0]?.number, 39);
    assert.equal(world.filled[0].from, BEGIN + 1_000);
    assert.deepEqual(world.problems, []);
  });

  it("asks once more for what was written down late, and then no more", async () => {
    await world.start({ storage: { late: true } });
    await world.begun();
    world.interrupt(() => range(2, 4).forEach((second) => world.uplink(second)));
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, []);
    world.simulator.storage?.write();
    await world.until(() => world.filled.length === 2);
    assert.deepEqual(world.delivered, [2, 3, 4]);
    const asked = world.asked;
    world.uplink(5, true);
    assert.equal(world.arrivals.from, undefined);
    world.backfill.receiving(true);
    assert.equal(world.asked, asked);
  });

  it("fetches what is still late after the next interruption", async () => {
    await world.start({ storage: { late: true } }, { late: 60_000 });
    await world.begun();
    world.interrupt(() => world.uplink(2));
    await world.until(() => world.filled.length === 1);
    world.uplink(3, true);
    world.interrupt(() => world.simulator.storage?.write());
    await world.until(() => world.filled.length === 2);
    assert.deepEqual(world.delivered, [2]);
  });

  it("misses nothing after an uplink of a time to come, which a server with a wrong clock has kept", async () => {
    await world.start({ storage: { ahead: BEGIN + 5_000 - Date.now() } }, { late: 60_000 });
    await world.begun();
    const years = 10 * 365 * 86_400;
    world.interrupt(() => [years, 2].forEach((second) => world.uplink(second)));
    await world.until(() => world.filled.length === 1);
    world.uplink(3, true);
    world.interrupt(() => world.uplink(4));
    await world.until(() => world.filled.length === 2);
    assert.deepEqual(world.delivered, [2, years, 4]);
  });

  it("goes on where an answer was cut, without a gap and without repeating", async () => {
    await world.start();
    await world.begun();
    if (world.simulator.storage) world.simulator.storage.cutAfter = 3;
    world.interrupt(() => range(2, 20).forEach((second) => world.uplink(second)));
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 20));
  });

  it("tells of answers that are cut before anything new, and goes on when they are not", async () => {
    await world.start();
    await world.begun();
    const { storage } = world.simulator;
    if (storage) storage.cutAfter = 1;
    world.interrupt(() => range(2, 5).forEach((second) => world.uplink(second)));
    await world.until(() => world.problems.length > 0);
    assert.deepEqual(world.problems, ["unreachable"]);
    if (storage) storage.cutAfter = undefined;
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 5));
  });

  for (const [mode, problem] of [
    [429, "too_many"],
    [503, "unreachable"],
  ] as const)
    it(`retries after a ${mode}, says so after the fifth time, once, and fetches all when it works`, async () => {
      await world.start();
      await world.begun();
      const { storage } = world.simulator;
      if (storage) storage.mode = mode;
      world.interrupt(() => world.uplink(2));
      await world.until(() => world.pauses === 4);
      assert.deepEqual(world.problems, []);
      await world.until(() => world.pauses === 9);
      assert.deepEqual(world.problems, [problem]);
      if (storage) storage.mode = "on";
      await world.until(() => world.filled.length === 1);
      assert.deepEqual(world.delivered, [2]);
    });

  for (const header of ["retry-after", "x-rate-limit-retry"])
    it(`asks no earlier than ${header} says`, async () => {
      await world.start();
      await world.begun();
      const { storage } = world.simulator;
      if (storage) Object.assign(storage, { mode: 429, refusedWith: { [header]: "1" } });
      const asked = world.asked;
      world.interrupt(() => world.uplink(2));
      await world.until(() => world.pauses === 1);
      const refusedAt = performance.now();
      if (storage) storage.mode = "on";
      await world.until(() => world.filled.length === 1);
      assert.ok(performance.now() - refusedAt > 900);
      assert.ok(world.asked <= asked + 3);
      assert.deepEqual(world.delivered, [2]);
    });

  it("says at once that a server asks for a long pause", async () => {
    await world.start();
    await world.begun();
    const { storage } = world.simulator;
    if (storage) Object.assign(storage, { mode: 429, refusedWith: { "retry-after": "900" } });
    world.interrupt(() => world.uplink(2));
    await world.until(() => world.problems.length > 0);
    assert.deepEqual(world.problems, ["too_many"]);
  });

  it("delivers nothing of before from a server that does not look at the time it is asked for", async () => {
    await world.start({ storage: { ignoresAfter: true } });
    range(-200, -101).forEach((second) => world.uplink(second));
    await world.begun();
    world.interrupt(() => range(2, 5).forEach((second) => world.uplink(second)));
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 5));
    assert.deepEqual(world.problems, []);
  });

  it("says so where such a server has so much of before that what is new cannot be had", async () => {
    await world.start({ storage: { ignoresAfter: true } });
    range(-700, -101).forEach((second) => world.uplink(second));
    await world.begun();
    world.interrupt(() => world.uplink(2));
    await world.until(() => world.problems.length > 0);
    assert.deepEqual(world.problems, ["not_understood"]);
    assert.deepEqual(world.delivered, []);
  });

  it("hands ten thousand over in batches, with room for others in between, while live ones come", async () => {
    await world.start({}, { tick: 2 });
    await world.begun();
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (world.delivered.length < 10_000) setImmediate(turn);
    };
    setImmediate(turn);
    let live = 20_000;
    world.onDelivered = () => {
      if (world.delivered.length % 1_000 === 0) world.uplink(live++, true);
    };
    world.interrupt(() => range(2, 10_001).forEach((second) => world.uplink(second)));
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 10_001));
    assert.ok(turns > 150, `only ${turns} turns of the event loop`);
    const [first = 0, last = 0] = [world.at[0], world.at[9_999]];
    assert.ok(last - first > 300, "all at once");
  }).timeout(30_000);

  it("hands nothing over twice that came while more was missing than is remembered", async () => {
    await world.start({}, { tick: 0, batch: 1_000 });
    await world.begun();
    world.interrupt(() => range(2, 12_001).forEach((second) => world.uplink(second)));
    range(20_000, 20_050).forEach((second) => world.uplink(second, true));
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 12_001));
  }).timeout(30_000);

  it("stops at an interruption, and fetches the rest after it", async () => {
    await world.start({}, { batch: 1 });
    await world.begun();
    world.onDelivered = () => {
      if (world.delivered.length === 10) world.backfill.receiving(false);
    };
    world.interrupt(() => range(2, 30).forEach((second) => world.uplink(second)));
    await world.until(() => world.delivered.length === 10);
    world.uplink(31);
    world.backfill.receiving(true);
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, range(2, 31));
  });

  it("says that nothing is kept where a server has nothing of what came", async () => {
    // The server's clock: ten minutes after the last one that came.
    const ahead = BEGIN + 601_000 - Date.now();
    await world.start({ storage: { enabled: false, ahead } });
    await world.begun();
    world.interrupt(() => world.uplink(2));
    await world.until(() => world.problems.length > 0);
    assert.deepEqual(world.problems, ["not_enabled"]);
    world.interrupt(() => undefined);
    await world.until(() => world.filled.length === 2);
    assert.deepEqual(world.problems, ["not_enabled"]);
  });

  for (const [what, seconds] of [
    ["may not have been written down yet", 60],
    ["may have been given up by the server", 21 * 3_600],
  ] as const)
    it(`says nothing of the sort where that ${what}`, async () => {
      await world.start({ storage: { enabled: false, ahead: BEGIN + seconds * 1_000 - Date.now() } });
      await world.begun();
      world.interrupt(() => world.uplink(2));
      await world.until(() => world.filled.length === 1);
      assert.deepEqual(world.problems, []);
    });

  it("begins with what an earlier process has kept, without what came to that one", async () => {
    await world.start();
    range(1, 5).forEach((second) => world.uplink(second));
    const known = [[`lamp AA== 3`, BEGIN + 3_000]];
    world.join({ from: BEGIN + 2_000, known: [...known, ["lamp AA== 2", BEGIN + 2_000]] });
    world.backfill.receiving(true);
    await world.until(() => world.filled.length === 1);
    // An uplink that was received a little earlier may have come later: what is not known to have come comes.
    assert.deepEqual(world.delivered, [1, 4, 5]);
  });

  for (const kept of [
    ...[undefined, null, 7, "x", [], {}, { from: "2026" }, { from: -1 }, { from: NaN }, { from: 1e300 }],
    ...[{ from: 1.5 }, { known: [["a", 1]] }],
  ])
    it(`fetches nothing of before where nothing was kept that can be used: ${JSON.stringify(kept)}`, async () => {
      await world.start();
      world.uplink(1);
      world.join(kept);
      world.backfill.receiving(true);
      await world.until(() => world.asked === 1);
      const [request] = world.simulator.requests;
      assert.match(request?.path ?? "", /\?limit=1&order=-received_at$/);
      world.uplink(2, true);
      world.interrupt(() => world.uplink(3));
      await world.until(() => world.filled.length === 1);
      // What was received a little earlier may have come later, and is not known to have come.
      assert.deepEqual([world.delivered, world.problems], [[1, 3], []]);
    });

  it("waits for what was kept", async () => {
    await world.start();
    range(1, 3).forEach((second) => world.uplink(second));
    let answer: (kept: unknown) => void = () => undefined;
    world.backfill.join({ recall: (then) => (answer = then), keep: () => undefined });
    world.backfill.receiving(true);
    world.uplink(4, true);
    assert.equal(world.asked, 0);
    answer({ from: BEGIN + 1_000, known: [["lamp AA== 1", BEGIN + 1_000]] });
    await world.until(() => world.filled.length === 1);
    assert.deepEqual(world.delivered, [2, 3]);
  });

  it("keeps up to when uplinks came, and which came last, when a connection ends", async () => {
    await world.start();
    await world.begun();
    world.uplink(2, true);
    world.uplink(9, true);
    world.leave();
    assert.deepEqual(world.kept.at(-1), { from: BEGIN + 9_000, known: [["lamp AA== 9", BEGIN + 9_000]] });
    assert.equal(world.take, undefined);
  });
});

describe("what came already", () => {
  const uplinkOf = (parts: object): Uplink => ({
    end_device_ids: { device_id: "lamp" },
    received_at: iso(1),
    uplink_message: parts,
  });

  it("is told by device, session and counter", () => {
    const arrivals = new Arrivals();
    arrivals.take(uplinkOf({ session_key_id: "AA==", f_cnt: 1 }), "lamp");
    const add = (parts: object, deviceId = "lamp"): boolean =>
      arrivals.add(uplinkOf(parts), deviceId, BEGIN + 5_000);
    assert.equal(add({ session_key_id: "AA==", f_cnt: 1 }), false);
    assert.equal(add({ session_key_id: "AA==", f_cnt: 2 }), true);
    assert.equal(add({ session_key_id: "AB==", f_cnt: 1 }), true);
    assert.equal(add({ session_key_id: "AA==", f_cnt: 1 }, "valve"), true);
    assert.equal(add({ session_key_id: "AB==", f_cnt: 1 }), false);
  });

  it("is told by time as well where a device has no session key ID", () => {
    const arrivals = new Arrivals();
    assert.equal(arrivals.add(uplinkOf({ f_cnt: 1 }), "lamp", BEGIN), true);
    assert.equal(arrivals.add(uplinkOf({ f_cnt: 1 }), "lamp", BEGIN), false);
    assert.equal(arrivals.add(uplinkOf({ f_cnt: 1 }), "lamp", BEGIN + 60_000), true);
  });

  it("is bounded: ten thousand of the last, and two thousand of them over a restart", () => {
    const arrivals = new Arrivals();
    for (let counter = 0; counter <= 10_000; counter++)
      arrivals.take(uplinkOf({ session_key_id: "AA==", f_cnt: counter }), "lamp");
    assert.equal(arrivals.kept?.known.length, 2_000);
    assert.equal(arrivals.add(uplinkOf({ session_key_id: "AA==", f_cnt: 1 }), "lamp", BEGIN), false);
    assert.equal(arrivals.add(uplinkOf({ session_key_id: "AA==" }), "lamp", BEGIN), true);
  });

  describe("where much came since something was missing, which could not be fetched", () => {
    const at = (minute: number): Uplink => ({
      end_device_ids: { device_id: "lamp" },
      received_at: iso(60 * minute),
      uplink_message: { session_key_id: "AA==", f_cnt: minute },
    });
    /** Minutes of uplinks that are handed over, of all that the server has kept. */
    const given = (arrivals: Arrivals, last: number): number[] =>
      range(0, last).filter((minute) => arrivals.add(at(minute), "lamp", BEGIN + minute * 60_000));
    const come = (arrivals: Arrivals, first: number, last: number): void => {
      for (const minute of range(first, last)) arrivals.take(at(minute), "lamp");
    };

    it("hands over what was missing, and nothing that came, also over a restart", () => {
      for (const isRestarted of [false, true]) {
        let arrivals = new Arrivals();
        come(arrivals, 0, 5);
        arrivals.interrupt();
        come(arrivals, 10, 6_000);
        arrivals.interrupt();
        arrivals.interrupt();
        come(arrivals, 6_010, 15_000);
        if (isRestarted) {
          const { kept } = arrivals;
          arrivals = new Arrivals();
          arrivals.restore(JSON.parse(JSON.stringify(kept)));
        }
        arrivals.interrupt();
        const missing = [...range(6, 9), ...range(6_001, 6_009), ...range(15_001, 15_010)];
        // What came within seconds of what was missing cannot be told from it.
        const edges = new Set([5, 10, 6_000, 6_010]);
        const found = given(arrivals, 15_010).filter((minute) => minute >= 5 && !edges.has(minute));
        assert.deepEqual(found, missing);
        arrivals.from = undefined;
        assert.equal(arrivals.kept?.gaps, undefined);
      }
    });

    it("is bounded: a hundred times at which nothing came", () => {
      const arrivals = new Arrivals();
      for (let minute = 0; minute <= 12_000; minute++) {
        come(arrivals, minute, minute);
        if (minute % 100 === 50) arrivals.interrupt();
      }
      assert.equal(arrivals.kept?.gaps?.length, 100);
      assert.deepEqual(given(arrivals, 2_100), range(50, 2_000));
    });

    it("takes nothing that cannot be that", () => {
      for (const gaps of [undefined, "x", [[1]], [["a", 1]], [[1, -1]]]) {
        const arrivals = new Arrivals();
        arrivals.restore({ from: BEGIN, known: [], forgotten: BEGIN + 1e9, gaps });
        assert.equal(arrivals.add(at(7), "lamp", BEGIN + 7 * 60_000), true);
      }
    });
  });

  it("holds nothing of a key that is longer than any real one", () => {
    const arrivals = new Arrivals();
    arrivals.take(uplinkOf({ session_key_id: "A".repeat(1e6), f_cnt: 1 }), "lamp");
    assert.deepEqual(arrivals.kept, { from: BEGIN + 1_000, known: [] });
  });
});
