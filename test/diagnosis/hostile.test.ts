import assert from "node:assert/strict";
import type { ApiReply } from "../../src/diagnosis/apiRequest";
import { authInfoOf, deviceRefusal, downlinksOf, read, rightsOf } from "../../src/diagnosis/apiAnswers";
import { explainProblem } from "../../src/diagnosis/connecting";
import { keyFacts } from "../../src/diagnosis/keyFacts";
import { explainNoAnswer } from "../../src/diagnosis/noAnswer";
import { createStackApi } from "../../src/diagnosis/stackApi";
import { ABYSSES, hostileAnswers } from "./hostile";
import { API_KEY, oddServer, type Answer } from "./stackAnswers";

const SEED = 20_261_130;

const CONTEXT = {
  service: "stack",
  host: "127.0.0.1",
  port: 8883,
  useTls: true,
  userName: "app1",
  applicationId: "app1",
  keyForm: "other",
  now: 0,
} as const;

const NO_ANSWER = {
  service: "stack",
  applicationId: "app1",
  deviceId: "door-1",
  operation: "push",
  encoding: "bytes",
  correlationId: "mine",
  receivedAnything: true,
  anyAnswered: false,
  deviceAnswered: false,
  recentItems: 1,
  devicesSeen: ["door-1"],
  waited: 10,
} as const;

/** A server that gives one answer after the other, whatever it is asked. */
async function serverWith(next: () => Answer) {
  return oddServer((request, response) => {
    request.resume();
    const { status, body } = next();
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 204 ? undefined : body);
  });
}

describe("a hostile HTTP API", () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => {
    rejections.push(reason);
  };
  let usual: NodeJS.UnhandledRejectionListener[] = [];
  before(() => {
    // Mocha's own would end the run at another place.
    usual = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", onRejection);
  });
  after(() => {
    process.removeListener("unhandledRejection", onRejection);
    for (const listener of usual) process.on("unhandledRejection", listener);
  });

  it("makes none of the readers throw, whatever JSON it answers", () => {
    let understood = 0;
    for (const { status, body } of hostileAnswers(5_000, SEED)) {
      let json: unknown;
      try {
        json = JSON.parse(body);
      } catch {
        continue;
      }
      const reply: ApiReply = { status, json };
      const answers = [
        read(reply, authInfoOf),
        read(reply, (given) => {
          const rights = rightsOf(given);
          return rights && { rights };
        }),
        deviceRefusal(
          read(reply, (given) => {
            const downlinks = downlinksOf(given);
            return downlinks && { downlinks };
          }),
        ),
      ];
      understood += answers.filter(({ answer }) => answer !== "unknown").length;
    }
    assert.ok(understood > 100, "some of them are answers after all");
    assert.equal(Reflect.get({}, "code"), undefined, "nothing got into what all objects inherit");
  });

  it("ends in an answer for each question, and in no rejection", async () => {
    const answers = [...ABYSSES.map((body) => ({ status: 200, body })), ...hostileAnswers(40, SEED + 1)];
    let answer: Answer | undefined;
    const server = await serverWith(() => answer ?? { status: 500, body: "" });
    try {
      for (answer of answers) {
        const api = createStackApi({ url: server.url, apiKey: API_KEY });
        const facts = await keyFacts(api, "app1");
        assert.ok(facts.valid === undefined || typeof facts.valid === "boolean");
        const refused = { problem: "login_refused", returnCode: 5 } as const;
        const explained = await explainProblem(refused, CONTEXT, api);
        assert.equal(explained.code, "connection_refused");
        const silence = await explainNoAnswer(NO_ANSWER, api);
        assert.ok(silence === "queued" || silence.code === "not_accepted");
      }
    } finally {
      await server.close();
    }
    await new Promise(setImmediate);
    assert.deepEqual(rejections, []);
  });

  it("tells nothing by an error code that is no number", async () => {
    const body = JSON.stringify({
      code: { toString: 0, valueOf: 0 },
      details: [{ namespace: "pkg/auth/rights", name: "no_application_rights" }],
    });
    for (const written of [body, body.replace('{"toString":0,"valueOf":0}', '"7"')]) {
      const server = await serverWith(() => ({ status: 403, body: written }));
      const api = createStackApi({ url: server.url, apiKey: API_KEY });
      assert.deepEqual(await api.rights("app1"), { answer: "unknown", why: "not_understood" });
      await server.close();
    }
  });
});
