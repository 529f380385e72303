import assert from "node:assert/strict";
import { explainApiFailure } from "../../src/diagnosis/apiFailed";
import { createStackApi } from "../../src/diagnosis/stackApi";
import { rendered } from "./catalogue";
import { API_KEY, REFUSALS, apiServer, type Answer } from "./stackAnswers";

const QUEUE = "GET /api/v3/as/applications/app1/devices/valve/down";

/** What is said where the queue of a device is asked for, and this is the answer. */
async function said(answer: Answer): Promise<string> {
  const server = await apiServer({ [QUEUE]: answer });
  try {
    const asked = await createStackApi({ url: server.url, apiKey: API_KEY }).downlinkQueue("app1", "valve");
    assert.ok(asked.answer !== "ok");
    const subject = { url: server.url, applicationId: "app1", deviceId: "valve" };
    return rendered(explainApiFailure(asked, subject));
  } finally {
    await server.close();
  }
}

describe("a request that the HTTP API refuses", () => {
  it("lacks a right, which can be added to the key", async () => {
    assert.match(
      await said(REFUSALS.insufficientRights),
      /^The API key lacks the right .* Add the right under/,
    );
  });

  it("has a key of another application, which no right can be added to", async () => {
    const text = await said(REFUSALS.noRights);
    assert.match(text, /^The API key has no rights on app1\. It belongs to another application/);
    assert.doesNotMatch(text, /Add the right/);
  });
});
