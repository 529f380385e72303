import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock } from "node:test";
import { deployment } from "../../nodes/tts-connection/deployment";

describe("a deploy that is underway", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    events.emit("flows:started"); // of what other tests in this process have begun
  });
  afterEach(() => mock.timers.reset());

  const events = new EventEmitter();
  const attending = (): string[] => {
    const told: string[] = [];
    const leave = deployment.attend({ begin: () => told.push("begin"), end: () => told.push("end") });
    leaving.push(leave);
    return told;
  };
  const leaving: (() => void)[] = [];
  before(() => {
    deployment.watch(events);
    // Another file in this process may have left one underway.
    events.emit("flows:started");
  });
  afterEach(() => {
    for (const leave of leaving.splice(0)) leave();
  });

  it("is told of, with its end", () => {
    const told = attending();
    events.emit("flows:stopping");
    events.emit("flows:starting");
    events.emit("flows:started");
    assert.deepEqual(told, ["begin", "begin", "end"]);
    mock.timers.tick(60_000);
    assert.equal(told.length, 3);
  });

  it("is over after twenty seconds, though Node-RED never says so", () => {
    events.emit("flows:starting");
    const told = attending();
    mock.timers.tick(19_999);
    assert.deepEqual(told, ["begin"]);
    mock.timers.tick(1);
    assert.deepEqual(told, ["begin", "end"]);
    assert.deepEqual(attending(), [], "nothing is underway any more");
  });

  it("brings nodes back where other flows are to run, and not where those that run are stopped", () => {
    const running = { flows: [] };
    events.emit("flows:started", { config: running });
    assert.equal(deployment.nodesComeBack, false);
    events.emit("flows:stopping", { config: running });
    assert.equal(deployment.nodesComeBack, false);
    events.emit("flows:started", { config: running });
    events.emit("flows:stopping", { config: { flows: [] } });
    assert.equal(deployment.nodesComeBack, true);
    mock.timers.tick(20_000);
    assert.equal(deployment.nodesComeBack, false, "not after so long");
  });

  it("calls once at its end, or at once where nothing is underway", () => {
    const called: string[] = [];
    deployment.atEnd(() => called.push("now"));
    events.emit("flows:stopping");
    deployment.atEnd(() => called.push("later"));
    deployment.atEnd(() => called.push("called off"))();
    assert.deepEqual(called, ["now"]);
    for (let times = 0; times < 2; times++) events.emit("flows:started");
    assert.deepEqual(called, ["now", "later"]);
  });
});
