/** What is in the log of Node-RED of a connection. */
import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { ConnectionLog, type LogEntry } from "../../src/account/connectionLog";
import { logLevels } from "../../nodes/tts-connection/logLevels";
import {
  connection,
  node,
  receiving,
  running,
  sessions,
  simulated,
  sink,
  tab,
  uplink,
  withNodeRed,
} from "./nodeRed";

describe("the log", () => {
  withNodeRed();

  it("has one line when a connection is made, as whom and for what, and one when it ends", async () => {
    const simulator = await simulated();
    const nodes = [
      ...[tab(), connection(simulator), connection(simulator, { id: "twin" }), sink()],
      ...[uplink(), uplink({ connection: "twin" }, "u2"), node("tts-join", "join")],
    ];
    const credentials = { apiKey: simulator.apiKey };
    const flows = await receiving(simulator, nodes, 2, { connection: credentials, twin: credentials });
    await flows.shows("connection", "connected");
    const { host, port, userName } = simulator;
    const topics = ["up", "join"].map((kind) => `v3/${userName}/devices/+/${kind}`);
    const connected = flows.logged("INFO").filter((line) => line.startsWith("Connected"));
    assert.equal(connected.length, 1);
    const [line = ""] = connected;
    assert.ok(line.startsWith(`Connected to ${host}:${port} as ${userName}, topics (2): `), line);
    for (const topic of topics) assert.ok(line.includes(topic), line);

    await flows.deploy("full", [tab()]);
    await sessions(simulator, 0);
    const ended = flows.logged("INFO").filter((text) => text.startsWith("Disconnected"));
    assert.deepEqual(ended, [`Disconnected from ${host}:${port}`]);
    assert.ok(!flows.log.includes(simulator.apiKey));
  });

  it("has that line too where nothing is subscribed to, because all that is wanted comes by HTTP", async () => {
    const simulator = await simulated();
    const api = { api: simulator.apiUrl };
    const events = node("tts-event", "event", { events: ["join_error"] });
    const flows = await running([tab(), connection(simulator, api), events, sink()], {
      connection: { apiKey: simulator.apiKey },
    });
    await flows.shows("connection", "connected");
    const { host, port, userName } = simulator;
    assert.deepEqual(
      flows.logged("INFO").filter((line) => line.startsWith("Connected")),
      [`Connected to ${host}:${port} as ${userName}, without topics`],
    );
  });

  it("says when a connection is lost, and when it is back", async () => {
    const simulator = await simulated();
    const flows = await receiving(simulator, [tab(), connection(simulator), uplink(), sink()]);
    await flows.shows("connection", "connected");
    simulator.disconnectAll();
    await flows.shows("connection", "connection lost");
    await flows.shows("connection", "connected");
    const lines = flows.logged("INFO").filter((line) => /^(Conn|Disconn)ected/.test(line));
    assert.deepEqual(
      lines.map((line) => line.split(" ", 1)[0]),
      ["Connected", "Disconnected", "Connected"],
    );
  });

  it("has nothing of a connection that is not made, beside its error", async () => {
    const simulator = await simulated();
    simulator.refuse(5);
    const flows = await running([tab(), connection(simulator), uplink(), sink()], {
      connection: { apiKey: simulator.apiKey },
    });
    await flows.shows("connection", "login refused");
    await flows.deploy("full", [tab()]);
    assert.deepEqual(
      flows.logged("INFO").filter((line) => line.includes("onnected")),
      [],
    );
    assert.equal(flows.logged("ERROR").length, 1);
  });
});

describe("what is for who looks closer", () => {
  const place = { host: "h", port: 1, userName: "app1" };
  const written = (levels: { debug: boolean; trace: boolean }) => {
    const entries: LogEntry[] = [];
    const log = new ConnectionLog(place, levels, (entry) => entries.push(entry));
    return {
      log,
      lines: () => entries.flatMap((entry) => ("line" in entry ? [`${entry.level} ${entry.line}`] : [])),
    };
  };

  it("is answers and their times, and each change of state", () => {
    const { log, lines } = written({ debug: true, trace: false });
    log.state({ state: "connecting" }, undefined, []);
    log.state({ state: "connecting" }, undefined, []);
    log.observer?.onSubscribed("v3/a/devices/+/up", 0, 12);
    log.observer?.onPublished("v3/a/devices/b/down/push", "acknowledged", 3);
    log.state({ state: "reconnecting", problem: { problem: "connection_lost" } }, undefined, []);
    assert.deepEqual(lines(), [
      "debug connecting",
      "debug SUBACK 0 after 12 ms: v3/a/devices/+/up",
      "debug PUBLISH acknowledged after 3 ms: v3/a/devices/b/down/push",
      "debug reconnecting: connection_lost",
    ]);
    assert.equal(log.observer?.onArrived, undefined);
  });

  it("is topics, too, at the level trace", () => {
    const { log, lines } = written({ debug: true, trace: true });
    log.observer?.onArrived?.("v3/a/devices/b/up", 512);
    assert.deepEqual(lines(), ["trace v3/a/devices/b/up (512 bytes)"]);
  });

  it("is not even measured where nobody reads it", () => {
    assert.equal(written({ debug: false, trace: false }).log.observer, undefined);
  });

  it("is read where settings.js says so, for the console or another handler", () => {
    const levels = (logging: unknown) => logLevels({ settings: { logging } } as unknown as NodeAPI);
    const none = { debug: false, trace: false };
    assert.deepEqual(levels(undefined), none);
    assert.deepEqual(levels({ console: { level: "info" } }), none);
    assert.deepEqual(levels({ console: { level: "debug" } }), { debug: true, trace: false });
    assert.deepEqual(levels({ console: { level: "off" }, mine: { level: "trace" } }), {
      debug: true,
      trace: true,
    });
  });
});
