import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildOrder, type BuiltOrder } from "../../src/downlink/build";
import { V3_LIMITS } from "../../src/downlink/limits";
import { rendered } from "../diagnosis/catalogue";

interface Exchange {
  readonly name: string;
  readonly request: { readonly topic: string; readonly payload: string };
  readonly responses: readonly {
    readonly topic: string;
    readonly payload: { readonly received_at?: string };
  }[];
}

const exchanges = readFileSync(join(__dirname, "../fixtures/exchanges.jsonl"), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Exchange);

/** What is around the list: we write it ourselves. */
const ENVELOPE = new Set([
  "not JSON",
  "trailing text",
  "array at the top",
  "item at the top",
  "empty message",
  "null items",
  "byte order mark",
]);

/** What no request shows: the device's encoder fails, or it has not joined. The last one empties a queue, which has no answer. */
const UNSEEN = new Set(["encoder errors", "one encoder failure of two", "not joined, clear", "clear"]);

/** What the server takes and then ignores or misreads in part, or what no device expects; and how that is said here. */
const TAKEN_AND_REFUSED = new Map([
  ["priority unknown", /priority is "URGENT": use one of/],
  ["priority as number text", /priority is "3": .*mean NORMAL/],
  ["both payloads without formatter", /the server would ignore the second/],
  ["both payloads with formatter", /the server would ignore the second/],
  ["port 225", /f_port is 225: .*1 to 223/],
  ["port 255", /f_port is 255: .*1 to 223/],
  ["payload in url-safe base64 without padding", /alphabet for URLs/],
  ["correlation id empty", /1 to 100 characters/],
  ["unknown members", /colour is no field of downlinks\[0\]/],
  ["camel case", /did you mean f_port/],
  ["class C, gateway with EUI in base64", /by gateway_id only/],
  ["class C, time misplaced", /did you mean class_b_c\.absolute_time/],
]);

function built({ request, responses }: Exchange): BuiltOrder {
  const [, device, operation] = /devices\/([^/]*)\/down\/(\w+)$/.exec(request.topic) ?? [];
  const message = JSON.parse(request.payload) as { downlinks: unknown };
  const received = responses.find(({ payload }) => payload.received_at !== undefined)?.payload.received_at;
  return buildOrder(
    { device, operation, encoding: "downlinks", payload: message.downlinks },
    V3_LIMITS,
    Date.parse(received ?? "2026-11-20T21:00:00Z"),
  );
}

const answers = ({ responses }: Exchange): readonly string[] =>
  responses.flatMap(({ topic }) => /\/down\/(\w+)$/.exec(topic)?.[1] ?? []);

describe("a request that was made to a real server", () => {
  const requests = exchanges.filter(({ name }) => !ENVELOPE.has(name));

  it("is one of a hundred", () => assert.ok(requests.length >= 95));

  for (const exchange of requests) {
    const { name } = exchange;
    const text = TAKEN_AND_REFUSED.get(name);
    const [first] = answers(exchange);
    const order = built(exchange);
    if (text !== undefined) {
      it(`is refused although it was taken: ${name}`, () => {
        assert.ok(first !== undefined && !order.ok);
        assert.match(rendered(order.refusal), text);
      });
    } else if (first === undefined && !UNSEEN.has(name)) {
      it(`is refused, as it was dropped without a word: ${name}`, () => assert.equal(order.ok, false));
    } else if (first !== "failed") {
      it(`passes: ${name}`, () => assert.equal(order.ok ? "" : rendered(order.refusal), ""));
    }
  }

  it("is refused for a port and a time that the server refuses with an answer", () => {
    const refusedByBoth = requests.filter(
      (exchange) => answers(exchange)[0] === "failed" && !built(exchange).ok,
    );
    assert.deepEqual(
      refusedByBoth.map(({ name }) => name),
      ["downlink to port 0", "class C, at a time too soon"],
    );
  });
});
