import assert from "node:assert/strict";
import { explainMayNotSend, explainNoAnswer, lookUpDownlink, queuedIds } from "../../src/diagnosis/noAnswer";
import type { NoAnswerFacts } from "../../src/diagnosis/noAnswerFacts";
import type { KeyFacts } from "../../src/diagnosis/keyFacts";
import type { ApiAnswer, FactsApi } from "../../src/diagnosis/stackApi";
import { rendered } from "./catalogue";
import { READ, WRITE } from "./stackAnswers";

const OURS = "node-red:1234";

const FACTS: NoAnswerFacts = {
  service: "stack",
  applicationId: "app1",
  deviceId: "valve",
  operation: "push",
  encoding: "bytes",
  correlationId: OURS,
  pubackMs: 3,
  receivedAnything: true,
  anyAnswered: true,
  deviceAnswered: false,
  recentItems: 1,
  devicesSeen: ["valve", "lamp"],
  waited: 10,
};

const unknown: ApiAnswer<never> = { answer: "unknown", why: "unreachable" };
const refused = (name: string): ApiAnswer<never> => ({ answer: "refused", name }) as ApiAnswer<never>;

/** What the API says; by default that all is well, and that the downlink is not in the queue. */
function api({
  rights = [READ, WRITE],
  info,
  queue,
  push,
}: {
  rights?: readonly string[];
  info?: ApiAnswer<never>;
  queue?: ApiAnswer<never> | readonly string[];
  push?: ApiAnswer<never>;
} = {}): FactsApi {
  const queued = Array.isArray(queue) ? (queue as readonly string[]) : [];
  const list = { answer: "ok" as const, downlinks: queued.map((id) => ({ correlation_ids: [id] })) };
  return {
    authInfo: () =>
      Promise.resolve(
        info ?? {
          answer: "ok",
          owner: { kind: "application", id: "app1" },
          keyName: "mqtt",
          keyId: "ABC",
          rights,
        },
      ),
    rights: () => Promise.resolve(info ?? { answer: "ok", rights }),
    downlinkQueue: () =>
      Promise.resolve(queue === undefined || Array.isArray(queue) ? list : (queue as ApiAnswer<never>)),
    gatewayStatistics: () => Promise.resolve({ answer: "unknown", why: "not_asked" }),
    canPush: () => Promise.resolve(push ?? { answer: "ok" }),
  };
}

async function explained(facts: Partial<NoAnswerFacts>, asked?: FactsApi): Promise<string> {
  const explanation = await explainNoAnswer({ ...FACTS, ...facts }, asked);
  assert.notEqual(explanation, "queued");
  assert.ok(explanation !== "queued");
  assert.equal(explanation.code, "not_accepted");
  return rendered(explanation);
}

describe("a downlink without an answer, where the API answers", () => {
  const noDevice = { queue: refused("device_not_found"), push: refused("device_not_found") };
  const KNOWN: readonly (readonly [string, FactsApi, Partial<NoAnswerFacts>, RegExp])[] = [
    [
      "there is no such device",
      api(noDevice),
      { deviceId: "valv" },
      /^No device valv in app1: did you mean valve\?/,
    ],
    ["nor any like it", api(noDevice), { deviceId: "heater" }, /^No device heater in app1\. .*Compare/],
    [
      "nor may the key read the queue",
      api({
        rights: [WRITE],
        queue: refused("insufficient_application_rights"),
        push: refused("device_not_found"),
      }),
      { deviceId: "valv" },
      /no device valv/i,
    ],
    ["the key may not send", api({ rights: [READ] }), {}, /key “mqtt” may not send.* lacks .*Write downlink/],
    ["the key may do nothing", api({ rights: ["RIGHT_APPLICATION_INFO"] }), {}, /Write downlink/],
    [
      "the key may not read",
      api({ rights: [WRITE], queue: refused("insufficient_application_rights") }),
      {},
      /key “mqtt” may not read.* lacks .*Read application traffic.*may have been queued/,
    ],
    ["the key is gone", api({ info: refused("api_key_not_found") }), {}, /no longer valid/],
    ["the device has no session", api({ push: refused("no_device_session") }), {}, /not joined/],
    ["its encoder failed", api(), { encoding: "decoded" }, /formatter of \w+ failed on these fields/],
    ["nothing is wrong", api(), {}, /not in its queue.* device exists .* “mqtt” may send and read/],
    ["nothing is wrong, of a device never seen", api(), { deviceId: "valv" }, /not in its queue.* exists/],
    ["nothing is wrong, and nothing was received", api(), { receivedAnything: false }, /not in its queue/],
    ["nothing was ever answered", api(), { anyAnswered: false }, /not in its queue/],
    ["many went at once", api(), { recentItems: 301 }, /^301 downlinks .* may well be queued/],
  ];
  for (const [what, asked, facts, text] of KNOWN) {
    it(`says that ${what}`, async () => {
      const said = await explained(facts, asked);
      assert.match(said, text);
      assert.doesNotMatch(said, /[Mm]ost likely (there is no|the (API )?key)/, "facts, not guesses");
    });
  }

  it("says that a right counts from the next login on, where it was granted after the last one", async () => {
    const key = { valid: true, keyName: "mqtt", mayLogIn: true, mayRead: true, mayWrite: false };
    assert.match(await explained({ key }, api()), /key “mqtt” may not send.* lacks .*next login/);
  });

  it("names a key that is gone as it was called", async () => {
    const key = { valid: true, keyName: "mqtt", mayLogIn: true, mayRead: true, mayWrite: true };
    const said = await explained({ key }, api({ info: refused("api_key_expired") }));
    assert.match(said, /^The API key “mqtt” is no longer valid/);
    assert.doesNotMatch(said, /because/, "an open connection goes on with it");
  });

  it("names the device, too, where it is not known: a key that is gone is no reason, and the stack cannot be asked", async () => {
    const asked = api({ info: refused("api_key_not_found") });
    const said = await explained({ deviceId: "nowhere", deviceAnswered: false }, asked);
    assert.match(said, /^The API key .* is no longer valid.* not because of the key.* no device nowhere in/);
    assert.doesNotMatch(await explained({}, asked), /no device/, "one that is known");
  });

  it("is queued where it is found in the queue, even with other rights missing", async () => {
    assert.equal(await explainNoAnswer(FACTS, api({ queue: ["other", OURS] })), "queued");
    assert.equal(await explainNoAnswer(FACTS, api({ queue: [OURS], info: unknown })), "queued");
  });

  it("falls back on what was seen where the API says nothing of use", async () => {
    const mute = api({ info: unknown, queue: unknown, push: unknown });
    for (const facts of [{}, { receivedAnything: false }, { anyAnswered: false }])
      assert.equal(await explained(facts, mute), await explained(facts));
  });
});

describe("a downlink without an answer, where the API does not answer", () => {
  const SEEN: readonly (readonly [string, Partial<NoAnswerFacts>, RegExp])[] = [
    [
      "a key that may not read, where nothing was ever received",
      { receivedAnything: false },
      /lacks .*Read appl/,
    ],
    [
      "a key that may not send, where no downlink succeeded",
      { anyAnswered: false },
      /lacks .*Write downlink/,
    ],
    [
      "a wrong device ID, where others succeed",
      { deviceId: "valv" },
      /^No device valv .*did you mean valve\?/,
    ],
    [
      "the encoder as well as the key, where no downlink was ever answered",
      { encoding: "decoded", anyAnswered: false },
      /^The downlink formatter .* or the API key may not send\./,
    ],
    [
      "the encoder as well as the device ID, where the device was never seen",
      { encoding: "decoded", deviceId: "heater" },
      /^No device heater .* or its downlink formatter failed\./,
    ],
    [
      "the device ID before the key, where nothing tells which",
      { anyAnswered: false, deviceId: "heater" },
      /in this order: there is no device heater .*the API key lacks/,
    ],
    [
      "the device ID before the key, with the nearest one",
      { anyAnswered: false, deviceId: "valv" },
      /no device valv .*did you mean valve\?.* the API key lacks .*Write downlink/,
    ],
    [
      "these and the encoder, for fields",
      { anyAnswered: false, deviceId: "heater", encoding: "decoded" },
      /no device heater .*Write downlink .*formatter failed/,
    ],
    ["a wrong device ID, with none like it", { deviceId: "heater" }, /no device heater in app1\./],
    ["the encoder, for fields", { encoding: "decoded" }, /formatter of \w+ failed/],
    ["the burst", { recentItems: 301, receivedAnything: false }, /^301 downlinks/],
    ["the server, where the device has answered before", { deviceAnswered: true }, /server did not take/],
    ["none of these", {}, /Likely reasons, in this order: there is no device/],
  ];
  for (const [what, facts, text] of SEEN) {
    it(`blames ${what}`, async () => {
      const said = await explained(facts);
      assert.match(said, text);
      assert.match(said, /within 10 s/);
    });
  }

  it("takes it for no evidence that nothing was received in the first hour: both rights, that to write first", async () => {
    const quiet = { receivedAnything: false, anyAnswered: false };
    for (const encoding of ["bytes", "decoded"] as const) {
      for (const connectionAge of [0, 20, 3_599]) {
        const said = await explained({ ...quiet, encoding, connectionAge });
        assert.match(said, /lacks .*Write downlink .*Read application/);
        assert.match(said, /in this order/);
        assert.doesNotMatch(said, /[Mm]ost likely/);
        assert.equal(said.includes("formatter"), encoding === "decoded");
      }
      assert.match(
        await explained({ ...quiet, encoding, connectionAge: 3_600 }),
        /^Most likely the API key may not read/,
      );
    }
  });

  it("blames the server or connection where it did not even acknowledge, whatever the API says", async () => {
    const { pubackMs, ...facts } = FACTS;
    assert.ok(pubackMs);
    for (const asked of [undefined, api()]) {
      const explanation = await explainNoAnswer(facts, asked);
      assert.ok(explanation !== "queued");
      assert.match(rendered(explanation), /server or the connection is stuck/);
    }
  });

  it("says what the API has told of the key at the login, and guesses nothing else of its rights", async () => {
    const key = { valid: true, keyName: "mqtt", mayLogIn: true, mayRead: true, mayWrite: true };
    const quiet = { receivedAnything: false, anyAnswered: false };
    const MAY: readonly (readonly [object, Partial<NoAnswerFacts>, RegExp])[] = [
      [{ mayWrite: false }, {}, /key “mqtt” may not send.* lacks .*Write downlink/],
      [{ mayWrite: false }, quiet, /key “mqtt” may not send.* lacks .*Write downlink/],
      [{ mayRead: false }, quiet, /key “mqtt” may not read.* lacks .*Read application traffic/],
      [{}, quiet, /Likely reasons, in this order: there is no device/],
      [{}, { ...quiet, encoding: "decoded" }, /formatter of \w+ failed/],
    ];
    const mute = api({ info: unknown, queue: unknown, push: unknown });
    for (const [may, facts, text] of MAY) {
      for (const asked of [undefined, mute])
        assert.match(await explained({ ...facts, key: { ...key, ...may } }, asked), text);
    }
  });

  it("shows what came from outside in one line", async () => {
    const said = await explained({ deviceId: "a\nb", devicesSeen: ["a-\u202eb"] });
    assert.doesNotMatch(said, /[\n\u202e]/);
  });
});

describe("a clear, which the stack never answers", () => {
  const clear = { operation: "clear", receivedAnything: false, anyAnswered: false } as const;

  it("has failed where the API knows why", async () => {
    const noDevice = { queue: refused("device_not_found"), push: refused("device_not_found") };
    assert.match(await explained({ ...clear, deviceId: "valv" }, api(noDevice)), /^No device valv .*valve\?/);
    assert.match(await explained(clear, api({ rights: [READ] })), /lacks .*Write downlink/);
    assert.match(await explained(clear, api({ info: refused("api_key_expired") })), /no longer valid/);
  });

  it("has failed where the key may not send, as the API has told at the login", async () => {
    const key = { valid: true, keyName: "mqtt", mayLogIn: true, mayRead: true, mayWrite: false };
    assert.match(await explained({ ...clear, key }), /key “mqtt” may not send.* lacks .*Write downlink/);
    const deaf = { ...key, mayRead: false, mayWrite: true };
    assert.equal(await explainNoAnswer({ ...FACTS, ...clear, key: deaf }, undefined), "queued");
  });

  it("has gone well where the key has lost its right or its life since the login: the connection still has them", async () => {
    const key = { valid: true, keyName: "mqtt", mayLogIn: true, mayRead: true, mayWrite: true };
    const gone = { info: refused("api_key_not_found"), queue: refused("api_key_not_found") };
    for (const one of [api(gone), api({ rights: [READ] })])
      assert.equal(await explainNoAnswer({ ...FACTS, ...clear, key }, one), "queued");
    // Logged in again since.
    assert.match(
      await explained({ ...clear, key }, api({ rights: [READ], queue: ["other"] })),
      /may not send/,
    );
  });

  it("has gone well where nothing says otherwise", async () => {
    const asked = [
      undefined,
      api(),
      api({ rights: [WRITE] }),
      api({ push: refused("no_device_session") }),
      api({ info: unknown, queue: unknown, push: unknown }),
    ];
    for (const one of asked) assert.equal(await explainNoAnswer({ ...FACTS, ...clear }, one), "queued");
  });
});

describe("a downlink without an answer on a V2 network", () => {
  const v2 = async (facts: Partial<NoAnswerFacts>): Promise<string> => {
    const explanation = await explainNoAnswer(
      { ...FACTS, service: "v2", correlationId: "", ...facts },
      api(),
    );
    assert.ok(explanation !== "queued");
    assert.equal(explanation.code, "not_accepted");
    assert.doesNotMatch(rendered(explanation), /Things Stack|API key|Console|formatter/);
    return explanation.key.replace("error.not-accepted.", "");
  };

  it("is explained in the words of V2, from what was seen", async () => {
    assert.equal(await v2({ receivedAnything: false }), "v2-nothing-received");
    assert.equal(await v2({ receivedAnything: false, connectionAge: 3_600 }), "v2-nothing-received");
    assert.equal(await v2({ receivedAnything: false, connectionAge: 60 }), "v2-rights");
    assert.equal(await v2({ deviceId: "pump", devicesSeen: [], anyAnswered: false }), "v2-device-or-right");
    assert.equal(await v2({ deviceId: "pump", devicesSeen: [] }), "v2-no-device");
    assert.equal(await v2({ deviceId: "valv", anyAnswered: false }), "v2-no-device-nearest");
    assert.equal(await v2({ anyAnswered: false }), "v2-no-right");
    assert.equal(await v2({}), "v2-unknown");
    const unacknowledged: NoAnswerFacts = { ...FACTS, service: "v2" };
    Reflect.deleteProperty(unacknowledged, "pubackMs");
    const stuck = await explainNoAnswer(unacknowledged, undefined);
    assert.ok(stuck !== "queued" && stuck.key === "error.not-accepted.no-puback");
    assert.equal(await v2({ devicesSeen: [], deviceAnswered: true }), "v2-unknown");
  });
});

describe("a downlink that is looked up before its time limit", () => {
  const lookedUp = (asked: FactsApi, facts: Partial<NoAnswerFacts> = {}): ReturnType<typeof lookUpDownlink> =>
    lookUpDownlink({ ...FACTS, ...facts }, asked);

  it("is not accepted where there is no such device, by what either question says", async () => {
    for (const answers of [
      { queue: refused("device_not_found"), push: refused("device_not_found") },
      { queue: refused("insufficient_application_rights"), push: refused("device_not_found") },
      { queue: refused("device_not_found"), push: refused("insufficient_application_rights") },
    ]) {
      const found = await lookedUp(api(answers), { deviceId: "valv" });
      assert.ok(found && found !== "queued");
      assert.equal(found.code, "not_accepted");
      assert.match(rendered(found), /^No device valv in app1: did you mean valve/);
    }
  });

  it("is queued where it is in the queue", async () => {
    assert.equal(await lookedUp(api({ queue: ["other", OURS] })), "queued");
  });

  it("goes on waiting where nothing is certain", async () => {
    for (const asked of [
      api(),
      api({ queue: ["other"] }),
      api({ queue: unknown, push: unknown }),
      api({ push: refused("no_device_session") }),
      api({ queue: refused("no_application_rights"), push: refused("no_application_rights") }),
    ])
      assert.equal(await lookedUp(asked), undefined);
  });
});

describe("a downlink with a key that may not send", () => {
  it("names the key, the right, and where to grant it", () => {
    const key = { valid: true, keyName: "mqtt", mayLogIn: true, mayRead: true, mayWrite: false };
    const OWNERS: readonly (readonly [KeyFacts["owner"], RegExp])[] = [
      [undefined, /Applications → app1 → API keys → mqtt/],
      [{ kind: "application", id: "app1" }, /Applications → app1 → API keys → mqtt/],
      [{ kind: "user", id: "jo" }, /“mqtt” of user jo .*API keys → mqtt/],
      [{ kind: "organization", id: "acme" }, /“mqtt” of organization acme .*Organizations → acme → API keys/],
    ];
    for (const [owner, where] of OWNERS) {
      const explanation = explainMayNotSend({ ...key, ...(owner && { owner }) }, "app1", "door-1");
      assert.equal(explanation.code, "not_accepted");
      const text = explanation.key.includes("application-key")
        ? rendered({ ...explanation, values: { ...explanation.values, owner: "-" } })
        : rendered(explanation);
      assert.match(text, where);
      assert.match(text, /Nothing was sent to door-1\. .*“Write downlink application traffic”/);
      assert.ok(text.indexOf(". ") < 80, text);
    }
  });
});

describe("what is in the queue of a device", () => {
  const unavailable: ApiAnswer<never> = { answer: "unknown", why: "unavailable" };

  it("is known by correlation IDs, and so is that the device was deleted", async () => {
    assert.deepEqual(await queuedIds("app1", "valve", api({ queue: ["a", OURS] })), new Set(["a", OURS]));
    assert.equal(await queuedIds("app1", "valve", api({ queue: refused("device_not_found") })), "no_device");
  });

  it("may be known later where the server is partly down or was asked too often, and is not where the API says nothing", async () => {
    const tooMany = { ...refused("rate_limit_exceeded"), status: 429 } as ApiAnswer<never>;
    for (const queue of [unavailable, tooMany])
      assert.equal(await queuedIds("app1", "valve", api({ queue })), "unavailable");
    for (const queue of [unknown, refused("insufficient_application_rights")])
      assert.equal(await queuedIds("app1", "valve", api({ queue })), undefined);
  });
});
