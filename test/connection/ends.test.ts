import assert from "node:assert/strict";
import { once, EventEmitter } from "node:events";
import type { ConnectionProblem } from "../../src/connection/problem";
import { Session } from "../../src/connection/session";
import { Ledger } from "../../src/devices/ledger";
import { pubsubService } from "../../src/services/pubsub";
import { readPubsubTopics } from "../../src/stack/pubsubTopics";
import { startEndingBroker } from "../broker/oddBroker";

/** What a session says of a broker that ends each connection after so many answers to three subscriptions. */
async function toldOf(answers: readonly number[]): Promise<readonly ConnectionProblem[]> {
  const broker = await startEndingBroker(answers);
  const read = readPubsubTopics(
    "b",
    { uplink_message: "up", join_accept: "join", downlink_queued: "queued" },
    "",
  );
  assert.ok(read.ok);
  const service = pubsubService({ clientId: "test", topics: read.topics, qos: 1 });
  const news = new EventEmitter();
  let ended = 0;
  const session = new Session({
    endpoint: { host: broker.host, port: broker.port },
    ...{ service, ledger: new Ledger(service), clientId: "test", keepalive: 30 },
    pause: () => {
      ended += 1;
      news.emit("end");
      return 5;
    },
  });
  const problems: ConnectionProblem[] = [];
  session.listen({
    onState: () => undefined,
    onProblem: (problem) => problems.push(problem),
    onInvalid: () => undefined,
  });
  session.receive({
    kinds: service.kinds,
    everyDevice: true,
    wantsDevice: () => true,
    deliver: () => undefined,
  });
  while (ended < answers.length) await once(news, "end");
  await session.end();
  await broker.stop();
  return problems;
}

const LOST = { problem: "connection_lost" } as const;
const SOON = { ...LOST, soon: true } as const;

describe("a session that keeps ending", () => {
  it("at the same subscription has a topic that may not be read", async () => {
    const [, told, ...more] = await toldOf([1, 1, 1, 1]);
    assert.deepEqual(told, { problem: "topic_refused", filter: "b/join", closed: true });
    assert.deepEqual(more, []);
  });

  it("sooner or later, with all subscriptions at least once, has a rival, and no topic is blamed for it", async () => {
    assert.deepEqual(await toldOf([3, 1, 1, 1, 3, 0, 0, 0, 3]), [LOST, SOON]);
  });

  it("at one subscription and another is blamed on none", async () => {
    assert.deepEqual(await toldOf([1, 0, 1, 0, 1, 0]), [LOST]);
  });
});
