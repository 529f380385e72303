import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { ErrorCode } from "../../src/stack/explanation";
import type { DownlinkItem } from "../../src/downlink/order";
import { isJsonObject } from "../../src/stack/check";
import type { Flow, World } from "./world";
import { device, startWorld, until } from "./world";

interface Response {
  readonly topic: string;
  readonly payload: Record<string, unknown>;
}

interface Exchange {
  readonly name: string;
  readonly request: { readonly topic: string; readonly payload: string };
  readonly responses: readonly Response[];
}

const exchanges = readFileSync(path.join(__dirname, "../fixtures/exchanges.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Exchange);

const STATES: Record<string, string> = {
  downlink_queued: "queued",
  downlink_sent: "sent",
  downlink_ack: "ack",
  downlink_nack: "nack",
  downlink_failed: "failed",
  downlink_queue_invalidated: "invalidated",
};

function itemsOf({ request }: Exchange): DownlinkItem[] {
  try {
    const parsed: unknown = JSON.parse(request.payload);
    if (!isJsonObject(parsed) || !Array.isArray(parsed.downlinks)) return [];
    return parsed.downlinks as DownlinkItem[];
  } catch {
    return [];
  }
}

/** Kind and text of each response about a downlink with this ID, with ours beside it. */
function answersFor(exchange: Exchange, id: string, ours: string): { state: string; response: Response }[] {
  return exchange.responses.flatMap((response) => {
    const kind = Object.keys(response.payload).find((key) => STATES[key] !== undefined);
    const text = JSON.stringify(response.payload);
    if (kind === undefined || !text.includes(JSON.stringify(id))) return [];
    const payload = JSON.parse(
      text.replaceAll(JSON.stringify(id), `${JSON.stringify(id)},${JSON.stringify(ours)}`),
    ) as Record<string, unknown>;
    return [{ state: STATES[kind] ?? "", response: { ...response, payload } }];
  });
}

/** The ID by which a capture tells the downlink: its own, else the server's. */
function knownBy(exchange: Exchange, given: DownlinkItem): string | undefined {
  const [own] = given.correlation_ids ?? [];
  if (own !== undefined && own !== "") return own;
  const first = exchange.responses.find(({ payload }) =>
    Object.keys(payload).some((key) => STATES[key] !== undefined),
  );
  return /as:downlink:\w+/.exec(JSON.stringify(first?.payload ?? {}))?.[0];
}

/** All others go well, as far as the capture goes. */
const FAILURES: Record<string, ErrorCode> = {
  "transmission too late": "downlink_failed",
  "transmission with an unknown error": "downlink_failed",
  "payload of 243 bytes": "downlink_failed",
  "payload too long for the data rate": "downlink_failed",
  "downlink to port 0": "downlink_failed",
  "known to the application server only": "downlink_failed",
  "not joined": "downlink_failed",
  "not joined, replace": "downlink_failed",
  "confirmed, lost until given up": "undelivered",
  "confirmed with one attempt and the count given": "undelivered",
  "encoder that sets port 0": "downlink_failed",
  "encoder with too many bytes": "downlink_failed",
  "encoder with no bytes": "not_encoded",
  "cayenne lpp encoder with unknown keys": "not_encoded",
  "encoded, transmission too late": "downlink_failed",
};

const single = exchanges.filter((exchange) => {
  const items = itemsOf(exchange);
  return items.length === 1 && items[0] && knownBy(exchange, items[0]) !== undefined;
});

describe("the exchanges of a real server", () => {
  let world: World;
  const failures: Record<string, ErrorCode> = {};

  // The devices of the captures are unknown to the simulator: it says nothing of them unasked.
  before(async () => {
    world = await startWorld({}, { devices: [device("somebody-else")] });
    await world.connected();
  });
  after(() => world.end());

  const follow = async (exchange: Exchange): Promise<{ flow: Flow; states: string[] }> => {
    const [given] = itemsOf(exchange);
    assert.ok(given);
    const [, , , deviceId = "", , operation] = exchange.request.topic.split("/");
    const flow = world.send({
      deviceId,
      operation: operation === "replace" ? "replace" : "push",
      items: [given],
      report: given.confirmed === true ? "ack" : "sent",
      timeout: 0,
    });
    await until(() => flow.steps.length > 0, "published");
    const ours = flow.last?.correlationIds.at(-1) ?? "";
    const answers = answersFor(exchange, knownBy(exchange, given) ?? "", ours);
    for (const { response } of answers) world.simulator.replay(response);
    const states = answers.map(({ state }) => state);
    await until(
      () => flow.steps.length > Math.min(states.length, states.indexOf("failed") + 1 || Infinity),
      "all steps",
    );
    return { flow, states };
  };

  for (const exchange of single) {
    it(`are followed: ${exchange.name}`, async () => {
      const { flow, states } = await follow(exchange);
      const expected = ["published", ...states];
      // After the end nothing counts: the nack behind the last failed.
      if (states.includes("failed")) expected.length = expected.indexOf("failed") + 1;
      assert.deepEqual(flow.steps, expected);
      if (flow.failure) failures[exchange.name] = flow.failure.code;
      if (flow.failure?.code === "undelivered" && states.includes("failed"))
        assert.equal(flow.failure.values.attempts, states.filter((state) => state === "sent").length);
    });
  }

  it("go wrong where they went wrong, each with its code", () => {
    assert.ok(single.length > 60, `${single.length}`);
    const known = Object.entries(failures).filter(([name]) => name in FAILURES);
    assert.deepEqual(
      Object.keys(FAILURES).filter((name) => !(name in failures)),
      [],
    );
    for (const [name, code] of known) assert.equal(code, FAILURES[name], name);
    for (const [name, code] of Object.entries(failures))
      assert.ok(name in FAILURES || code === "downlink_failed" || code === "undelivered", `${name}: ${code}`);
  });
});
