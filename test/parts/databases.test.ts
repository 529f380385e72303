import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type NodeRed } from "../e2e/node-red";
import { changed } from "./changed";
import { installed, startWithParts } from "./nodeRed";
import { noInfluxdb, noPostgresql, startInfluxdb, startPostgresql, type Database } from "./servers";

/** Asks until each of these is in the answer: devices send within seconds. */
async function until(database: Database, query: string, ...wanted: readonly RegExp[]): Promise<string> {
  for (;;) {
    const answer = await database.query(query).catch(() => "");
    if (wanted.every((text) => text.test(answer))) return answer;
    await sleep(100);
  }
}

describe("databases", () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startWithParts();
  });
  after(() => nodeRed.stop());
  afterEach(() => nodeRed.setFlows([]));

  (noInfluxdb === undefined ? it : it.skip)(
    `InfluxDB has a row per uplink, with the device as a tag${noInfluxdb === undefined ? "" : ` (${noInfluxdb})`}`,
    async () => {
      const database = await startInfluxdb();
      try {
        nodeRed.clearLog();
        await nodeRed.setFlows(changed("InfluxDB", { influxdb: { port: String(database.port) } }));
        const rows = await until(
          database,
          "SELECT temperature, latitude, lock, open, radio_rssi, battery, payload_battery, device FROM uplink",
          /thermometer-1/,
          /tracker-1/,
          /door-1/,
        );
        assert.match(rows, /\[\d{13},2\d(\.\d+)?,null,null,null,-\d+,87\.4,3\.6,"thermometer-1"\]/);
        assert.match(rows, /\[\d{13},null,52\.\d+,null,null,-\d+,64\.6,null,"tracker-1"\]/);
        assert.match(rows, /\[\d{13},null,null,"locked",false,-\d+,null,null,"door-1"\]/);
        assert.match(await database.query("SHOW TAG KEYS"), /\[\["device"\]\]/);
        assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
      } finally {
        await nodeRed.setFlows([]);
        await database.stop();
      }
    },
  );

  const noPart =
    installed("node-red-contrib-postgresql") === undefined
      ? "needs node-red-contrib-postgresql, which the registry did not give"
      : undefined;
  const why = noPostgresql ?? noPart;
  (why === undefined ? it : it.skip)(
    `PostgreSQL has a row per uplink, with what was sent as JSON${why === undefined ? "" : ` (${why})`}`,
    async () => {
      const database = await startPostgresql();
      try {
        nodeRed.clearLog();
        const nodes = changed("PostgreSQL", {
          postgreSQLConfig: { port: database.port, credentials: { user: "lorawan", password: "any" } },
        });
        await nodeRed.setFlows(nodes);
        const rows = await until(
          database,
          "SELECT at > now() - interval '1 minute', device, f_port, data->>'temperature', data->>'lock', data ? 'time' FROM uplink",
          /thermometer-1/,
          /tracker-1/,
          /door-1/,
        );
        assert.match(rows, /^t\|thermometer-1\|2\|[\d.]+\|\|f$/m);
        assert.match(rows, /^t\|tracker-1\|1\|\|\|f$/m);
        assert.match(rows, /^t\|door-1\|3\|\|(un)?locked\|f$/m);
        const look = nodes.find(({ name }) => name === "look");
        await fetch(`${nodeRed.url}/inject/${String(look?.id)}`, { method: "POST" });
        await nodeRed.logged(/debug:rows\][^]*device: 'thermometer-1'/);
        assert.doesNotMatch(nodeRed.log(), /debug:error\]|\[error\]/);
      } finally {
        await nodeRed.setFlows([]);
        await database.stop();
      }
    },
  );
});
