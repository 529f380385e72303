import assert from "node:assert/strict";
import { keyFacts } from "../../src/diagnosis/keyFacts";
import { createStackApi, type ApiAnswer, type StackApi } from "../../src/diagnosis/stackApi";
import { openTarget, TARGET, type Target } from "./target";
import { downlink, downlinks, newMark, otherSecret, queueTopic, UNKNOWN_KEY } from "./traffic";
import { destroyWires, Wire } from "./wire";

const READ = "RIGHT_APPLICATION_TRAFFIC_READ";
const WRITE = "RIGHT_APPLICATION_TRAFFIC_DOWN_WRITE";

describe(`the HTTP API of ${TARGET}, as our diagnosis asks it`, () => {
  let target: Target;
  before(async () => {
    target = await openTarget();
  });
  afterEach(destroyWires);
  after(() => target.close());

  const api = (apiKey?: string): StackApi => createStackApi(target.apiWith(apiKey));
  const refused = (answer: ApiAnswer<object>, status: number, name: string): void => {
    assert.ok(answer.answer === "refused", JSON.stringify(answer));
    assert.deepEqual([answer.status, answer.name], [status, name]);
  };

  describe("asked for the key", () => {
    it("says whose it is and what it may do", async () => {
      const answer = await api().authInfo();
      assert.ok(answer.answer === "ok", JSON.stringify(answer));
      assert.equal(answer.keyId, target.apiKey.split(".")[1]);
      if (answer.owner.kind === "application") assert.equal(answer.owner.id, target.applicationId);
      assert.ok(answer.rights.length > 0);
    });

    const keys: Record<string, readonly [key: () => string, status: number, name: string]> = {
      "does not exist": [() => UNKNOWN_KEY, 401, "api_key_not_found"],
      "has a wrong secret": [() => otherSecret(target.apiKey), 401, "invalid_authorization"],
      "is cut off": [() => target.apiKey.slice(0, 60), 401, "invalid_authorization"],
      "is no key": [() => "hello", 400, "token"],
    };
    for (const [what, [key, status, name]] of Object.entries(keys)) {
      it(`says ${name} where it ${what}`, async () => {
        refused(await api(key()).authInfo(), status, name);
        refused(await api(key()).rights(target.applicationId), status, name);
      });
    }
  });

  describe("asked for the rights on an application", () => {
    it("lists them", async () => {
      const answer = await api().rights(target.applicationId);
      assert.ok(answer.answer === "ok", JSON.stringify(answer));
      for (const right of [READ, WRITE]) assert.ok(answer.rights.includes(right), right);
    });

    const few = {
      TTS_READ_KEY: [true, false],
      TTS_WRITE_KEY: [false, true],
      TTS_MUTE_KEY: [false, false],
    } as const;
    for (const name of ["TTS_READ_KEY", "TTS_WRITE_KEY", "TTS_MUTE_KEY"] as const) {
      it(`tells what the key lacks (${name})`, async function () {
        const { valid, mayLogIn, mayRead, mayWrite } = await keyFacts(
          api(target.given(this, name)),
          target.applicationId,
        );
        assert.deepEqual([valid, mayLogIn, mayRead, mayWrite], [true, true, ...few[name]]);
      });
    }

    it("has none on one that is not the key's", async () => {
      const facts = await keyFacts(api(), "another-application");
      assert.deepEqual([facts.valid, facts.mayLogIn], [true, false]);
      const answer = await api().rights("another-application");
      if (answer.answer === "ok") assert.deepEqual(answer.rights, []);
      else refused(answer, 403, "no_application_rights");
    });
  });

  describe("asked for a device's downlink queue", () => {
    it("lists what was pushed by MQTT", async () => {
      const wire = await Wire.login(target);
      const replace = queueTopic(target, "replace");
      await wire.publish(replace, downlinks());
      assert.deepEqual(await api().downlinkQueue(target.applicationId, target.device), {
        answer: "ok",
        downlinks: [],
      });
      const mark = newMark();
      await wire.publish(replace, downlinks(downlink(mark)));
      const answer = await api().downlinkQueue(target.applicationId, target.device);
      await wire.publish(replace, downlinks());
      assert.ok(answer.answer === "ok", JSON.stringify(answer));
      const [first] = answer.downlinks;
      assert.deepEqual([first?.f_port, first?.frm_payload], [15, "vu8="]);
      assert.ok(first?.correlation_ids?.includes(mark));
    });

    it("says device_not_found or no_application_rights", async () => {
      const { applicationId, device } = target;
      const [nowhere, foreign] = [
        await api().downlinkQueue(applicationId, "no-such-device"),
        await api().downlinkQueue("another-application", device),
      ];
      refused(nowhere, 404, "device_not_found");
      refused(foreign, 403, "no_application_rights");
    });

    it("says insufficient_application_rights without the right to read", async function () {
      const writer = api(target.given(this, "TTS_WRITE_KEY"));
      refused(
        await writer.downlinkQueue(target.applicationId, target.device),
        403,
        "insufficient_application_rights",
      );
    });
  });

  describe("asked whether a downlink would be taken", () => {
    it("says yes, and queues nothing", async () => {
      const { applicationId, device } = target;
      const before = await api().downlinkQueue(applicationId, device);
      assert.deepEqual(await api().canPush(applicationId, device), { answer: "ok" });
      assert.deepEqual(await api().downlinkQueue(applicationId, device), before);
    });

    it("says device_not_found or no_application_rights", async () => {
      const { applicationId, device } = target;
      const [nowhere, foreign] = [
        await api().canPush(applicationId, "no-such-device"),
        await api().canPush("another-application", device),
      ];
      refused(nowhere, 404, "device_not_found");
      refused(foreign, 403, "no_application_rights");
    });

    it("says insufficient_application_rights without the right to write", async function () {
      const reader = api(target.given(this, "TTS_READ_KEY"));
      refused(
        await reader.canPush(target.applicationId, target.device),
        403,
        "insufficient_application_rights",
      );
    });

    it("says no_device_session for a device that never joined", async function () {
      const device = target.given(this, "TTS_UNJOINED_DEVICE");
      refused(await api().canPush(target.applicationId, device), 400, "no_device_session");
    });
  });

  describe("asked for the connection of a gateway", () => {
    it("tells since when, with the key of an application, where its status is public", async function () {
      const answer = await api().gatewayStatistics(target.given(this, "TTS_GATEWAY"));
      assert.ok(answer.answer === "ok", JSON.stringify(answer));
      assert.ok((answer.connectedAt ?? Infinity) <= Date.now());
      assert.ok((answer.lastSeen ?? 0) >= (answer.connectedAt ?? Infinity));
    });

    it("says no_gateway_rights of one that does not exist", async () => {
      refused(await api().gatewayStatistics("no-such-gateway"), 403, "no_gateway_rights");
    });
  });

  describe("asked for the bytes of fields", () => {
    const script = (text: string) => ({ type: "FORMATTER_JAVASCRIPT", parameter: text });
    const encode = (formatter: { type: string; parameter: string }, decoded: object = { level: 5 }) =>
      api().encode(target.applicationId, target.device, {
        fPort: 7,
        decoded: { ...decoded },
        formatter,
        versionIds: undefined,
      });

    it("runs the formatter of the request", async () => {
      const { parameter } = script(
        "function encodeDownlink(input) { return { bytes: [input.data.level, input.fPort], warnings: ['w'] }; }",
      );
      assert.deepEqual(await encode(script(parameter)), {
        answer: "ok",
        fPort: 7,
        payload: Buffer.from([5, 7]),
        warnings: ["w"],
      });
    });

    it("takes the FPort that the script chooses, and leaves no bytes out without an error", async () => {
      const answer = await encode(script("function encodeDownlink() { return { bytes: [], fPort: 9 }; }"));
      assert.deepEqual(answer, { answer: "ok", fPort: 9, payload: Buffer.alloc(0), warnings: [] });
    });

    for (const [what, text, name] of [
      ["throws", "function encodeDownlink() { throw new Error('level is missing'); }", "script"],
      ["returns errors", "function encodeDownlink() { return { errors: ['a', 'b'] }; }", "output_errors"],
      ["returns nothing", "function encodeDownlink() {}", "output"],
    ] as const)
      it(`says what is wrong with a script that ${what}`, async () => {
        refused(await encode(script(text)), 409, name);
      });

    it("knows no formatter of the device itself", async () => {
      refused(await encode({ type: "FORMATTER_NONE", parameter: "" }), 400, "formatter_not_configured");
    });

    it("encodes CayenneLPP", async () => {
      const answer = await encode({ type: "FORMATTER_CAYENNELPP", parameter: "" }, { value_1: 3 });
      assert.ok(answer.answer === "ok");
      assert.equal(answer.payload.toString("hex"), "01012c");
    });
  });

  describe("asked for the formatters", () => {
    it("names the right that the key of the Console's MQTT page lacks", async () => {
      const own = await api().downlinkFormatter(target.applicationId, target.device);
      if (own.answer === "ok") return; // A key with more rights.
      const usual = await api().defaultDownlinkFormatter(target.applicationId);
      const missing = [own, usual].map((answer) => {
        refused(answer, 403, "insufficient_application_rights");
        return answer.answer === "refused" && answer.error.attributes?.missing;
      });
      assert.deepEqual(missing, [["RIGHT_APPLICATION_DEVICES_READ"], ["RIGHT_APPLICATION_SETTINGS_BASIC"]]);
    });
  });
});
