import assert from "node:assert/strict";
import { mock } from "node:test";
import { InvalidMessages, type InvalidReport } from "../../src/connection/invalid";

describe("invalid messages", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  const message = (topic: string) =>
    ({ topic, bytes: Buffer.alloc(0), problem: { problem: "not_json" } }) as const;
  const collected = () => {
    const reports: InvalidReport[] = [];
    const invalid = new InvalidMessages((report) => reports.push(report));
    const said = (): (string | number)[] =>
      reports.splice(0).map((each) => (each.report === "message" ? each.message.topic : each.count));
    return { invalid, said };
  };

  it("are reported ten a second, and then how many more there were", () => {
    const { invalid, said } = collected();
    for (let count = 0; count < 25; count++) invalid.take(message(String(count)));
    assert.deepEqual(said(), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    mock.timers.tick(999);
    assert.deepEqual(said(), []);
    mock.timers.tick(1);
    assert.deepEqual(said(), [15]);
  });

  it("that are ten leave none out", () => {
    const { invalid, said } = collected();
    for (let count = 0; count < 10; count++) invalid.take(message("x"));
    mock.timers.tick(5_000);
    assert.equal(said().length, 10);
    invalid.take(message("again"));
    assert.deepEqual(said(), ["again"]);
  });

  it("end with nothing more to come", () => {
    const { invalid, said } = collected();
    for (let count = 0; count < 25; count++) invalid.take(message("x"));
    said();
    invalid.end();
    mock.timers.tick(5_000);
    assert.deepEqual(said(), []);
  });
});
