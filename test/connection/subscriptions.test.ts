import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Link } from "../../src/connection/link";
import { Subscriptions } from "../../src/connection/subscriptions";
import { pubsubService } from "../../src/services/pubsub";
import { stackService } from "../../src/services/stack";
import type { Kind } from "../../src/stack/kinds";

const SERVICE = stackService({ applicationId: "app1", apiKey: "" });
const UP = "v3/app1/devices/+/up";
const JOIN = "v3/app1/devices/+/join";
const kinds = (...list: Kind[]): ReadonlySet<Kind> => new Set(list);

/** A link whose SUBACKs come when the test says so. */
function fakeLink() {
  const sent: string[] = [];
  const waiting = new Map<string, (code: number | undefined) => void>();
  const link: Link = {
    subscribe: (filter) => {
      sent.push(`+${filter}`);
      return new Promise((resolve) => waiting.set(filter, resolve));
    },
    unsubscribe: (filter) => {
      sent.push(`-${filter}`);
    },
    publish: () => Promise.reject(new Error("nobody publishes")),
    pause: () => undefined,
    resume: () => undefined,
    end: () => Promise.resolve(),
  };
  const answer = async (filter: string, code: number | undefined): Promise<void> => {
    waiting.get(filter)?.(code);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { link, sent, answer };
}

/** Where a broker keeps the session. */
function kept() {
  const topics = new Map([
    ["uplink_message", "up"],
    ["join_accept", "join"],
  ] as const);
  const service = pubsubService({ topics, qos: 1, clientId: "mine" });
  mock.timers.enable({ apis: ["setTimeout"] });
  const subscriptions = new Subscriptions(service, () => undefined);
  return { subscriptions, ...fakeLink() };
}

function opened() {
  let changes = 0;
  const subscriptions = new Subscriptions(SERVICE, () => (changes += 1));
  const fake = fakeLink();
  return { subscriptions, ...fake, changes: () => changes };
}

describe("subscriptions that are refused", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  function refusing() {
    const pauses: number[] = [];
    const pause = (attempts: number): number => {
      pauses.push(attempts);
      return 1_000 * attempts;
    };
    return { pauses, subscriptions: new Subscriptions(SERVICE, () => undefined, 0, pause), ...fakeLink() };
  }

  it("are asked for again, after longer and longer pauses, until they are granted", async () => {
    const { subscriptions, link, sent, answer, pauses } = refusing();
    subscriptions.want(kinds("uplink_message", "join_accept"));
    subscriptions.open(link);
    await answer(JOIN, 0);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await answer(UP, 128);
      assert.equal(subscriptions.refused, UP);
      mock.timers.tick(1_000 * attempt);
      assert.deepEqual(sent.slice(1 + attempt), [`+${UP}`], `attempt ${attempt}`);
      assert.equal(subscriptions.stateFor(kinds("uplink_message")).state, "refused", "until it is answered");
    }
    assert.deepEqual(pauses, [1, 2, 3]);
    await answer(UP, 0);
    assert.equal(subscriptions.refused, undefined);
    assert.deepEqual(subscriptions.stateFor(kinds()), { state: "connected" });
    mock.timers.tick(100_000);
    assert.equal(sent.length, 5);
  });

  it("are not asked for again on a link that is gone, or where no node wants them any more", async () => {
    const { subscriptions, link, sent, answer } = refusing();
    subscriptions.want(kinds("uplink_message"));
    subscriptions.open(link);
    await answer(UP, 128);
    subscriptions.close();
    mock.timers.tick(100_000);
    subscriptions.open(link);
    await answer(UP, 128);
    subscriptions.want(kinds("join_accept"));
    mock.timers.tick(100_000);
    assert.deepEqual(sent, [`+${UP}`, `+${UP}`, `-${UP}`, `+${JOIN}`]);
  });
});

describe("subscriptions", () => {
  it("go out on a fresh link, one by one, and stand when they are granted", async () => {
    const { subscriptions, link, sent, answer } = opened();
    subscriptions.want(kinds("uplink_message", "join_accept"));
    assert.deepEqual(sent, []);
    subscriptions.open(link);
    assert.deepEqual(sent, [`+${UP}`, `+${JOIN}`]);
    assert.equal(subscriptions.pending, true);
    assert.deepEqual(subscriptions.stateFor(kinds()), { state: "connecting" });
    await answer(UP, 0);
    assert.deepEqual(subscriptions.stateFor(kinds("uplink_message")), { state: "connected" });
    assert.deepEqual(subscriptions.stateFor(kinds("join_accept")), { state: "connecting" });
    await answer(JOIN, 0);
    assert.deepEqual(subscriptions.stateFor(kinds()), { state: "connected" });
    assert.equal(subscriptions.pending, false);
  });

  it("that are refused trouble only those who want them", async () => {
    for (const code of [128, 135]) {
      const { subscriptions, link, answer } = opened();
      subscriptions.want(kinds("uplink_message", "join_accept"));
      subscriptions.open(link);
      await answer(UP, 0);
      await answer(JOIN, code);
      assert.equal(subscriptions.refused, JOIN);
      assert.equal(subscriptions.pending, false);
      assert.deepEqual(subscriptions.stateFor(kinds("uplink_message")), { state: "connected" });
      const problem = { problem: "topic_refused", filter: JOIN };
      assert.deepEqual(subscriptions.stateFor(kinds("join_accept")), { state: "refused", problem });
      assert.deepEqual(subscriptions.stateFor(kinds()), { state: "refused", problem });
    }
  });

  it("change by what came and went only, and say so", async () => {
    const { subscriptions, link, sent, answer, changes } = opened();
    subscriptions.want(kinds("uplink_message"));
    subscriptions.open(link);
    await answer(UP, 0);
    const before = changes();
    subscriptions.want(kinds("uplink_message"));
    assert.equal(changes(), before, "nothing new");
    subscriptions.want(kinds("join_accept"));
    assert.deepEqual(sent, [`+${UP}`, `-${UP}`, `+${JOIN}`]);
    assert.equal(changes(), before + 1);
  });

  it("that were refused are forgotten when nobody wants them any more", async () => {
    const { subscriptions, link, answer, changes } = opened();
    subscriptions.want(kinds("uplink_message"));
    subscriptions.open(link);
    await answer(UP, 128);
    const before = changes();
    subscriptions.want(kinds());
    assert.equal(subscriptions.refused, undefined);
    assert.deepEqual(subscriptions.stateFor(kinds()), { state: "connected" });
    assert.equal(changes(), before + 1);
  });

  it("that nobody wants any more when the answer comes are no news", async () => {
    const { subscriptions, link, answer, changes } = opened();
    subscriptions.want(kinds("uplink_message"));
    subscriptions.open(link);
    subscriptions.want(kinds());
    const before = changes();
    await answer(UP, 128);
    assert.equal(subscriptions.refused, undefined);
    assert.equal(changes(), before);
  });

  it("of a link that is gone say nothing about the next one", async () => {
    const { subscriptions, link, answer, changes } = opened();
    subscriptions.want(kinds("uplink_message"));
    subscriptions.open(link);
    subscriptions.close();
    const next = fakeLink();
    subscriptions.open(next.link);
    assert.deepEqual(next.sent, [`+${UP}`], "anew");
    const before = changes();
    await answer(UP, 0);
    await answer(UP, undefined);
    assert.equal(changes(), before);
    assert.deepEqual(subscriptions.stateFor(kinds()), { state: "connecting" });
    await next.answer(UP, 0);
    assert.deepEqual(subscriptions.stateFor(kinds()), { state: "connected" });
  });

  describe("of a session that the broker keeps", () => {
    afterEach(() => mock.timers.reset());

    it("stay for half a minute when nobody wants them any more", () => {
      const { subscriptions, link, sent } = kept();
      subscriptions.want(kinds("uplink_message", "join_accept"));
      subscriptions.open(link);
      subscriptions.want(kinds("join_accept"));
      mock.timers.tick(29_999);
      assert.deepEqual(sent, ["+up", "+join"]);
      mock.timers.tick(1);
      assert.deepEqual(sent, ["+up", "+join", "-up"]);
      subscriptions.want(kinds("uplink_message", "join_accept"));
      assert.equal(sent.at(-1), "+up");
    });

    it("are not subscribed to anew where they are wanted again in time", () => {
      const { subscriptions, link, sent } = kept();
      subscriptions.want(kinds("uplink_message"));
      subscriptions.open(link);
      subscriptions.want(kinds());
      mock.timers.tick(20_000);
      subscriptions.want(kinds("uplink_message"));
      mock.timers.tick(60_000);
      assert.deepEqual(sent, ["+up", "-join"], "only what an earlier run may have left is ended");
    });

    it("outlive their end, so that nothing is lost until the next one", () => {
      const { subscriptions, link, sent } = kept();
      subscriptions.want(kinds("uplink_message"));
      subscriptions.open(link);
      subscriptions.want(kinds());
      subscriptions.close();
      mock.timers.tick(60_000);
      assert.deepEqual(sent, ["+up"]);
    });
  });
});
