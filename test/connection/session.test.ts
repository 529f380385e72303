import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mock } from "node:test";
import type { BackoffKind } from "../../src/connection/backoff";
import type { InvalidReport } from "../../src/connection/invalid";
import type { ConnectionProblem } from "../../src/connection/problem";
import type { Delivery } from "../../src/connection/routes";
import { Session } from "../../src/connection/session";
import { Ledger } from "../../src/devices/ledger";
import type { SessionState } from "../../src/connection/state";
import type { Repeated } from "../../src/connection/router";
import { stackService } from "../../src/services/stack";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import type { Kind } from "../../src/stack/kinds";

const NONE: ReadonlySet<Kind> = new Set();
const SENT = { f_port: 1, frm_payload: "AQ==" };

describe("a session", () => {
  const simulators: Simulator[] = [];
  const sessions: Session[] = [];
  afterEach(async () => {
    mock.timers.reset();
    await Promise.all(sessions.splice(0).map((session) => session.end()));
    await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
  });

  async function simulated(): Promise<Simulator> {
    const simulator = await startSimulator();
    simulators.push(simulator);
    return simulator;
  }

  function open(
    simulator: Simulator,
    { keepalive = 30, apiKey = simulator.apiKey, redelivers = false } = {},
  ) {
    const news = new EventEmitter();
    const pauses: [BackoffKind, number][] = [];
    const problems: ConnectionProblem[] = [];
    const invalid: InvalidReport[] = [];
    const deliveries: Delivery[] = [];
    const repeated: Repeated[] = [];
    const service = { ...stackService({ applicationId: "app1", apiKey }), redelivers };
    const session = new Session({
      endpoint: { host: simulator.host, port: simulator.port },
      service,
      ledger: new Ledger(service),
      clientId: "test",
      keepalive,
      keyForm: "api_key",
      pause: (kind, attempts) => {
        pauses.push([kind, attempts]);
        return 5;
      },
    });
    sessions.push(session);
    session.listen({
      onState: () => news.emit("any"),
      onProblem: (problem) => {
        problems.push(problem);
        news.emit("any");
      },
      onInvalid: (report) => invalid.push(report),
      onRepeated: (one) => {
        repeated.push(one);
        news.emit("any");
      },
    });
    const receive = (...kinds: Kind[]): (() => void) =>
      session.receive({
        kinds: new Set(kinds),
        everyDevice: true,
        wantsDevice: () => true,
        deliver: (delivery) => {
          deliveries.push(delivery);
          news.emit("any");
        },
      });
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await once(news, "any");
    };
    const stands = (state: SessionState["state"], kinds = NONE): Promise<void> =>
      until(() => session.stateFor(kinds).state === state);
    return { session, pauses, problems, invalid, deliveries, repeated, receive, until, stands };
  }

  it("subscribes, delivers, and subscribes anew after each loss", async () => {
    const simulator = await simulated();
    const { receive, stands, until, deliveries, problems } = open(simulator);
    receive("uplink_message", "join_accept");
    for (let round = 1; round <= 5; round++) {
      await stands("connected");
      assert.equal(simulator.subscribes.length, 2 * round);
      simulator.publish("uplink_message", "door", SENT);
      await until(() => deliveries.length === round);
      simulator.disconnectAll();
      await stands("reconnecting");
    }
    await stands("connected");
    // What ends each of them is said once.
    assert.deepEqual(problems, [{ problem: "connection_lost" }, { problem: "connection_lost", soon: true }]);
  });

  it("reports what stays the same once, and again after it was gone", async () => {
    const simulator = await simulated();
    const { receive, stands, until, problems, pauses } = open(simulator);
    receive("uplink_message");
    await stands("connected");
    simulator.refuse(5);
    simulator.disconnectAll();
    await until(() => pauses.length === 5);
    assert.deepEqual(
      problems.map(({ problem }) => problem),
      ["connection_lost", "login_refused"],
    );
    simulator.refuse(3);
    await until(() => problems.length === 3);
    simulator.refuse(undefined);
    await stands("connected");
    simulator.refuse(5);
    simulator.disconnectAll();
    await until(() => problems.length === 5);
    assert.deepEqual(
      problems.slice(2).map(({ problem }) => problem),
      ["limit_reached", "connection_lost", "login_refused"],
    );
    assert.deepEqual(pauses.slice(0, 3), [
      ["ordinary", 1],
      ["refused", 2],
      ["refused", 3],
    ]);
  });

  it("counts connections that end at once as failed attempts, so that no storm comes of them", async () => {
    const simulator = await simulated();
    const { pauses, until } = open(simulator);
    simulator.events.on("connect", () => simulator.disconnectAll());
    await until(() => pauses.length >= 4);
    assert.deepEqual(
      pauses.slice(0, 4).map(([, attempts]) => attempts),
      [1, 2, 3, 4],
    );
  });

  it("begins with short pauses again after an accepted login, however long it took and however short it was", async () => {
    const simulator = await simulated();
    const { pauses, until, stands } = open(simulator);
    await stands("connected");
    simulator.closeBeforeConnack(true);
    simulator.disconnectAll();
    await until(() => pauses.length === 7);
    simulator.closeBeforeConnack(false);
    await stands("connected");
    const before = pauses.length;
    simulator.disconnectAll();
    await until(() => pauses.length > before);
    assert.deepEqual(pauses[before], ["ordinary", 2], "the second login within a minute");
  });

  it("tells of what comes twice, once, and not in the minute after a login, when it may be sent again", async () => {
    const simulator = await simulated();
    const { receive, stands, until, deliveries, repeated } = open(simulator, { redelivers: true });
    receive("uplink_message");
    await stands("connected");
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 120_000 });
    simulator.disconnectAll();
    await stands("reconnecting");
    await stands("connected");
    const message = simulator.publish("uplink_message", "door", SENT);
    await until(() => deliveries.length === 1);
    const again = async (): Promise<void> => {
      simulator.send("v3/app1/devices/door/up", JSON.stringify(message));
      const before = deliveries.length;
      simulator.publish("uplink_message", "door", SENT);
      await until(() => deliveries.length > before);
    };
    mock.timers.tick(10_000);
    await again();
    assert.deepEqual(repeated, []);
    mock.timers.tick(51_000);
    await again();
    await again();
    assert.deepEqual(
      repeated.map(({ deviceId }) => deviceId),
      ["door"],
    );
  });

  it("notices a server that went silent, and comes back when it speaks again", async () => {
    const simulator = await simulated();
    const { receive, stands, problems } = open(simulator, { keepalive: 1 });
    receive("uplink_message");
    await stands("connected");
    simulator.freeze(true);
    await stands("reconnecting");
    assert.deepEqual(problems, [{ problem: "server_silent" }]);
    simulator.freeze(false);
    await stands("connected");
  });

  it("goes on with the others when a topic is refused, and tries it again on the next connection", async () => {
    const simulator = await simulated();
    const { session, receive, stands, until, deliveries, problems } = open(simulator);
    receive("uplink_message");
    await stands("connected");
    simulator.refuseTopics(true);
    const leave = receive("join_accept");
    await stands("refused", new Set(["join_accept"]));
    assert.deepEqual(problems, [{ problem: "topic_refused", filter: "v3/app1/devices/+/join" }]);
    assert.equal(session.stateFor(new Set(["uplink_message"])).state, "connected");
    simulator.publish("uplink_message", "door", SENT);
    await until(() => deliveries.length === 1);
    leave();
    assert.equal(session.stateFor(NONE).state, "connected");
    receive("join_accept");
    await until(() => problems.length === 2);
    simulator.refuseTopics(false);
    simulator.disconnectAll();
    await stands("reconnecting");
    await stands("connected");
  });

  it("tells when it was opened and when the last message came", async () => {
    const simulator = await simulated();
    const { session, receive, stands, until, deliveries } = open(simulator);
    assert.equal(session.openedAt, undefined);
    receive("uplink_message");
    await stands("connected");
    assert.ok(Number(session.openedAt) > Date.now() - 60_000);
    assert.equal(session.lastMessageAt, undefined);
    simulator.publish("uplink_message", "door", SENT);
    await until(() => deliveries.length === 1);
    assert.equal(session.lastMessageAt, deliveries[0]?.arrivedAt);
    simulator.disconnectAll();
    await stands("reconnecting");
    assert.equal(session.openedAt, undefined);
  });

  it("logs in anew where that is asked for, and nothing is wrong with it", async () => {
    const simulator = await simulated();
    const { session, receive, stands, until, deliveries, problems, pauses } = open(simulator);
    receive("uplink_message");
    await session.renew();
    await stands("connected", new Set(["uplink_message"]));
    const renewed = session.renew();
    assert.equal(session.stateFor(NONE).state, "connecting");
    await session.renew();
    await renewed;
    assert.equal(session.open, true);
    await stands("connected", new Set(["uplink_message"]));
    simulator.publish("uplink_message", "door", SENT);
    await until(() => deliveries.length === 1);
    assert.equal(simulator.sessions, 1);
    assert.deepEqual([problems, pauses], [[], []]);
  });

  it("tells when logging in anew fails, and tries again", async () => {
    const simulator = await simulated();
    const { session, stands, problems } = open(simulator);
    await stands("connected");
    simulator.removeKey(simulator.apiKey);
    await session.renew();
    assert.equal(session.open, false);
    assert.equal(problems[0]?.problem, "login_refused");
  });

  it("that is ended while it logs in anew makes no connection", async () => {
    const simulator = await simulated();
    const { session, stands } = open(simulator);
    await stands("connected");
    void session.renew();
    await session.end();
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(simulator.sessions, 0);
  });

  it("that is ended while it waits for its next attempt makes none", async () => {
    const simulator = await simulated();
    simulator.refuse(5);
    const { session, until, problems } = open(simulator);
    await until(() => problems.length === 1);
    await session.end();
    const attempts = simulator.connects.length;
    // Another session shows that time has passed.
    const other = open(simulator);
    await other.until(() => other.pauses.length === 4);
    assert.ok(simulator.connects.length <= attempts + 1 + other.pauses.length);
    assert.equal(problems.length, 1);
  });

  it("that is ended tells and delivers nothing more", async () => {
    const simulator = await simulated();
    const { session, receive, stands, deliveries, problems } = open(simulator);
    receive("uplink_message");
    await stands("connected");
    const ended = session.end();
    simulator.publish("uplink_message", "door", SENT);
    await ended;
    assert.deepEqual([...deliveries, ...problems], []);
    assert.equal(simulator.sessions, 0);
  });

  it("reports bytes that are no message to those who listen", async () => {
    const simulator = await simulated();
    const { receive, stands, until, deliveries, invalid } = open(simulator);
    receive("uplink_message");
    await stands("connected");
    simulator.send("v3/app1/devices/door/up", "{bad");
    simulator.publish("uplink_message", "door", SENT);
    await until(() => deliveries.length === 1);
    assert.equal(invalid.length, 1);
  });
});
