import assert from "node:assert/strict";
import { Pool } from "../../src/connection/pool";

class Resource {
  ended = 0;
  finish: () => void = () => undefined;
  end(): Promise<void> {
    this.ended += 1;
    return new Promise((resolve) => {
      this.finish = resolve;
    });
  }
}

describe("the pool", () => {
  it("opens one for each identity, and ends it after the last user", async () => {
    const pool = new Pool<Resource>();
    let opened = 0;
    const open = (): Resource => {
      opened += 1;
      return new Resource();
    };
    const first = pool.acquire("a", open);
    const second = pool.acquire("a", open);
    const other = pool.acquire("b", open);
    assert.equal(first.resource, second.resource);
    assert.notEqual(first.resource, other.resource);
    assert.equal(opened, 2);
    await first.release();
    assert.equal(first.resource.ended, 0);
    void second.release();
    assert.equal(first.resource.ended, 1);
    assert.equal(pool.size, 1);
  });

  it("counts a user once, however often it gives back", async () => {
    const pool = new Pool<Resource>();
    const first = pool.acquire("a", () => new Resource());
    const second = pool.acquire("a", () => new Resource());
    await first.release();
    await first.release();
    assert.equal(second.resource.ended, 0);
  });

  it("gives a fresh one while the old one still ends, and its end does not touch the fresh one", async () => {
    const pool = new Pool<Resource>();
    const old = pool.acquire("a", () => new Resource());
    const released = old.release();
    const fresh = pool.acquire("a", () => new Resource());
    assert.notEqual(fresh.resource, old.resource);
    old.resource.finish();
    await released;
    assert.equal(pool.size, 1);
    assert.equal(fresh.resource.ended, 0);
    assert.equal(pool.acquire("a", () => new Resource()).resource, fresh.resource);
  });

  it("keeps nothing of what could not be opened", () => {
    const pool = new Pool<Resource>();
    assert.throws(() =>
      pool.acquire("a", () => {
        throw new Error("cannot");
      }),
    );
    assert.equal(pool.size, 0);
  });
});
