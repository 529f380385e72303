import assert from "node:assert/strict";
import { keyFacts } from "../../src/diagnosis/keyFacts";
import { createStackApi, type StackApi } from "../../src/diagnosis/stackApi";
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
  const refused = (status: number, name: string) => ({ answer: "refused", name, status });

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
        assert.deepEqual(await api(key()).authInfo(), refused(status, name));
        assert.deepEqual(await api(key()).rights(target.applicationId), refused(status, name));
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
      else assert.deepEqual(answer, refused(403, "no_application_rights"));
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
      assert.deepEqual(nowhere, refused(404, "device_not_found"));
      assert.deepEqual(foreign, refused(403, "no_application_rights"));
    });

    it("says insufficient_application_rights without the right to read", async function () {
      const writer = api(target.given(this, "TTS_WRITE_KEY"));
      assert.deepEqual(
        await writer.downlinkQueue(target.applicationId, target.device),
        refused(403, "insufficient_application_rights"),
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
      assert.deepEqual(nowhere, refused(404, "device_not_found"));
      assert.deepEqual(foreign, refused(403, "no_application_rights"));
    });

    it("says insufficient_application_rights without the right to write", async function () {
      const reader = api(target.given(this, "TTS_READ_KEY"));
      assert.deepEqual(
        await reader.canPush(target.applicationId, target.device),
        refused(403, "insufficient_application_rights"),
      );
    });

    it("says no_device_session for a device that never joined", async function () {
      const device = target.given(this, "TTS_UNJOINED_DEVICE");
      assert.deepEqual(await api().canPush(target.applicationId, device), refused(400, "no_device_session"));
    });
  });
});
