import assert from "node:assert/strict";
import { NamedDevices } from "../../src/account/namedDevices";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { Text } from "../../src/stack/explanation";
import { TurnableClock } from "../delivery/world";
import { rendered } from "../diagnosis/catalogue";

type Answer = Awaited<ReturnType<StackApi["downlinkQueue"]>>;

const THERE: Answer = { answer: "ok", downlinks: [] };
const MISSING: Answer = { answer: "refused", status: 404, name: "device_not_found" } as Answer;
const FORBIDDEN: Answer = { answer: "refused", status: 403, name: "no_application_rights" } as Answer;
const TOO_MANY: Answer = { answer: "refused", status: 429, name: "rate_limit_exceeded" } as Answer;
const OTHER_CLUSTER: Answer = { answer: "unknown", why: "other_cluster" };
const UNREACHABLE: Answer = { answer: "unknown", why: "timeout" };
const SOON = 2_000;
const MINUTE = 60_000;
const QUARTER_HOUR = 15 * 60_000;

/** An application that answers like this of its devices, and some that were heard. */
function application(answers: Record<string, Answer>, heard: readonly string[] = []) {
  const clock = new TurnableClock();
  const asked: string[] = [];
  const devices = new NamedDevices({
    applicationId: "app1",
    api: () => ({
      downlinkQueue: (_applicationId, deviceId) => {
        asked.push(deviceId);
        return Promise.resolve(answers[deviceId] ?? MISSING);
      },
    }),
    heard: new Set(heard),
    clock,
  });
  const node = (...named: string[]) => {
    const told: string[][] = [];
    const said: string[] = [];
    const onMissing = (ids: readonly string[], warning: Text | undefined): void => {
      told.push([...ids]);
      if (warning) said.push(rendered(warning));
    };
    return { told, said, leave: devices.join({ named, onMissing }) };
  };
  const pass = async (ms: number): Promise<void> => {
    clock.turnOn(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { devices, answers, clock, asked, node, pass };
}

describe("the devices that nodes name", () => {
  it("are looked up after the login, each once, whichever nodes name it", async () => {
    const { devices, asked, node, pass } = application({ door: THERE });
    const [one, other] = [node("door", "valv"), node("valv")];
    await pass(SOON);
    assert.deepEqual(asked, []);
    devices.loggedIn();
    await pass(SOON);
    assert.deepEqual(asked, ["door", "valv"]);
    assert.deepEqual([one.told, other.told], [[["valv"]], [["valv"]]]);
    assert.match(one.said.join(), /^No device valv in app1: nothing will come from it\. .*End devices/);
    assert.deepEqual(other.said, one.said);
  });

  it("are not asked for where they were heard, and the heard one that may be meant is named", async () => {
    const { devices, asked, node, pass } = application({}, ["valve", "door"]);
    const { said } = node("door", "valv");
    devices.loggedIn();
    await pass(SOON);
    assert.deepEqual(asked, ["valv"]);
    assert.match(said.join(), /^No device valv in app1: did you mean valve\?/);
  });

  it("are told together where several are missing", async () => {
    const { devices, node, pass } = application({});
    const { said } = node("one", "two", "three", "four");
    devices.loggedIn();
    await pass(SOON);
    assert.equal(said.length, 1);
    assert.match(said.join(), /not in app1.* They are one, two, three, …\./);
  });

  it("are asked for again now and then while they are missing, and said once", async () => {
    const { devices, answers, asked, node, pass, clock } = application({});
    const { told, said } = node("valv");
    devices.loggedIn();
    await pass(SOON);
    await pass(QUARTER_HOUR);
    answers.valv = THERE;
    await pass(QUARTER_HOUR);
    assert.deepEqual(told, [["valv"], ["valv"], []]);
    assert.deepEqual([said.length, asked.length, clock.timers], [1, 3, 0]);
    devices.loggedIn();
    await pass(SOON);
    assert.equal(asked.length, 3);
  });

  it("are thought to exist where the key may not know, until the next login", async () => {
    const { devices, answers, asked, node, pass, clock } = application({ secret: FORBIDDEN });
    const { said } = node("secret");
    devices.loggedIn();
    await pass(SOON);
    assert.deepEqual([said, clock.timers], [[], 0]);
    answers.secret = MISSING;
    devices.loggedIn();
    await pass(SOON);
    assert.deepEqual(asked, ["secret", "secret"]);
    assert.match(said.join(), /^No device secret /);
  });

  for (const [how, answer] of Object.entries({ nothing: UNREACHABLE, "too many questions": TOO_MANY }))
    it(`are asked for again later where the API answers ${how}, and what is known by then is told`, async () => {
      const { devices, answers, asked, node, pass } = application({ far: answer });
      const { told } = node("valv", "far", "door");
      devices.loggedIn();
      await pass(SOON);
      assert.deepEqual([asked, told], [["valv", "far"], [["valv"]]]);
      answers.far = MISSING;
      answers.door = THERE;
      await pass(QUARTER_HOUR);
      assert.deepEqual(asked, ["valv", "far", "far", "door"]);
      assert.deepEqual(told.at(-1), ["valv", "far"]);
    });

  it("are asked for one by one where an answer says nothing of one of them, and that one again later", async () => {
    const { devices, answers, asked, node, pass } = application({ far: OTHER_CLUSTER });
    const { told } = node("far", "valv");
    devices.loggedIn();
    await pass(SOON);
    assert.deepEqual([asked, told], [["far", "valv"], [["valv"]]]);
    answers.far = MISSING;
    await pass(QUARTER_HOUR);
    assert.deepEqual(told.at(-1), ["far", "valv"]);
  });

  it("of a node that joins later are looked up soon, of one that has left no more", async () => {
    const { devices, asked, node, pass, clock } = application({});
    devices.loggedIn();
    assert.equal(clock.timers, 0);
    const late = node("valv");
    await pass(SOON);
    assert.equal(late.said.length, 1);
    late.leave();
    await pass(QUARTER_HOUR);
    assert.deepEqual(asked, ["valv"]);
    node("door");
    devices.end();
    await pass(QUARTER_HOUR);
    assert.deepEqual(asked, ["valv"]);
  });

  it("are asked for one after the other, fifty a minute", async () => {
    const { devices, asked, node, pass } = application({});
    const { told } = node(...Array.from({ length: 60 }, (_each, number) => `device-${number}`));
    devices.loggedIn();
    await pass(SOON);
    assert.equal(asked.length, 50);
    await pass(MINUTE);
    assert.deepEqual([asked.length, new Set(asked).size], [60, 60]);
    assert.deepEqual(
      told.map(({ length }) => length),
      [50, 60],
    );
    await pass(QUARTER_HOUR);
    assert.equal(asked.length, 110);
    await pass(MINUTE);
    assert.equal(asked.length, 110);
    await pass(QUARTER_HOUR);
    assert.deepEqual(new Set(asked.slice(60)).size, 60);
  });

  it("are asked for once by an API that takes its time, also where a node joins meanwhile, and no more after the end", async () => {
    const clock = new TurnableClock();
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const devices = new NamedDevices({
      applicationId: "app1",
      api: () => ({
        downlinkQueue: (_applicationId, deviceId) => {
          asked.push(deviceId);
          return new Promise((resolve) => answers.push(() => resolve(THERE)));
        },
      }),
      heard: new Set<string>(),
      clock,
    });
    const pass = async (ms: number): Promise<void> => {
      clock.turnOn(ms);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const answer = async (): Promise<void> => {
      for (const give of answers.splice(0)) give();
      await pass(0);
    };
    devices.join({ named: ["door", "lamp"], onMissing: () => undefined });
    devices.loggedIn();
    await pass(SOON);
    devices.join({ named: ["lamp", "valve", "pump"], onMissing: () => undefined });
    await pass(SOON);
    assert.deepEqual(asked, ["door"]);
    for (let round = 0; round < 3; round++) await answer();
    assert.deepEqual(asked, ["door", "lamp", "valve", "pump"].slice(0, asked.length));
    devices.end();
    const before = asked.length;
    for (let round = 0; round < 3; round++) await answer();
    assert.equal(asked.length, before);
    assert.ok(before >= 3);
  });

  it("are nothing to ask for where nodes name none", async () => {
    const { devices, clock, node } = application({});
    node();
    devices.loggedIn();
    assert.equal(clock.timers, 0);
    await Promise.resolve();
  });
});
