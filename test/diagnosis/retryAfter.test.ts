import assert from "node:assert/strict";
import { retryAfterIn } from "../../src/diagnosis/retryAfter";

describe("the pause that a server asks for", () => {
  const date = "Mon, 30 Nov 2026 10:00:00 GMT";
  for (const [headers, ms] of [
    [{ "retry-after": "30" }, 30_000],
    [{ "x-rate-limit-retry": "7" }, 7_000],
    [{ "retry-after": "3", "x-rate-limit-retry": "7" }, 3_000],
    [{ date, "retry-after": "Mon, 30 Nov 2026 10:02:00 GMT" }, 120_000],
    [{ date, "retry-after": "Mon, 30 Nov 2026 09:00:00 GMT" }, 0],
    [{ "retry-after": "Mon, 30 Nov 2026 10:02:00 GMT" }, 0],
    [{ "retry-after": "999999999" }, 3_600_000],
    [{ "retry-after": "-5" }, 0],
    [{ "retry-after": "soon" }, 0],
    [{ "retry-after": "" }, 0],
    [{}, 0],
  ] as const)
    it(`is ${ms} ms: ${JSON.stringify(headers)}`, () => assert.equal(retryAfterIn(headers), ms));
});
