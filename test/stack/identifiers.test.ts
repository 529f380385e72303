import assert from "node:assert/strict";
import {
  apiKeyForm,
  isEui,
  isIdentifier,
  isTenantId,
  splitApplication,
  userName,
} from "../../src/stack/identifiers";

const MIDDLE = "VEEBURF3KR77ZR3Q5GTZTJ2CEKRBPTTMRGZ7LGI";
const SECRET = "XA4TW7ZQ2V5DMPGHNC3FJUEKRBYSLOIXA4TW7ZQ2V5DMPGHNC3FJ";

describe("identifiers", () => {
  for (const id of ["abc", "app1", "eui-70b3d57ed0001234", "up-app", "devices", "1-23", "a".repeat(36)]) {
    it(`takes ${id} as an identifier`, () => assert.equal(isIdentifier(id), true));
  }
  for (const id of [
    "",
    "ab",
    "1-2",
    "App1",
    "a_b",
    "a.b",
    "-abc",
    "abc-",
    "a--b",
    "app1@ttn",
    "abc ",
    "abc\n",
    "a".repeat(37),
    "äöü",
  ]) {
    it(`refuses ${JSON.stringify(id)} as an identifier`, () => assert.equal(isIdentifier(id), false));
  }

  it("answers at once for text made to be slow", () => {
    assert.equal(isIdentifier(`${"a-".repeat(100_000)}!`), false);
  });

  it("takes no tenant as a tenant ID", () => {
    assert.deepEqual(["", "ttn", "tt", "TTN"].map(isTenantId), [true, true, false, false]);
  });

  it("recognises EUIs in the ways they are written", () => {
    for (const eui of [
      "70B3D57ED0001234",
      "70b3d57ed0001234",
      "70:B3:D5:7E:D0:00:12:34",
      "70-b3-d5-7e-d0-00-12-34",
    ]) {
      assert.equal(isEui(eui), true, eui);
    }
    for (const text of [
      "70B3D57ED000123",
      "70B3D57ED00012345",
      "70:B3-D5:7E:D0:00:12:34",
      "eui-70b3d57ed0001234",
      "",
    ]) {
      assert.equal(isEui(text), false, text);
    }
  });

  it("splits a user name into application and tenant", () => {
    assert.deepEqual(splitApplication("app1@ttn"), { applicationId: "app1", tenantId: "ttn" });
    assert.deepEqual(splitApplication("app1"), { applicationId: "app1" });
    assert.deepEqual(splitApplication("app1@"), { applicationId: "app1" });
    assert.deepEqual(splitApplication(""), { applicationId: "" });
  });

  it("never puts an undefined or empty tenant into a user name", () => {
    assert.equal(userName("app1", "ttn"), "app1@ttn");
    assert.equal(userName("app1"), "app1");
    assert.equal(userName("app1", undefined), "app1");
    assert.equal(userName("app1", ""), "app1");
  });
});

describe("the form of an API key", () => {
  const key = `NNSXS.${MIDDLE}.${SECRET}`;
  const forms = {
    api_key: [key],
    access_key_v2: ["ttn-account-v2.s7DIJZdcD8sW4LiK-b3tAOL9kCmbIgyAJRlJvW5jlzA"],
    key_id: [MIDDLE],
    cut_off: [
      "NNSXS",
      "NNSXS.VEEBURF3KR77ZR..",
      `NNSXS.${MIDDLE}`,
      key.slice(0, 97),
      key.slice(1),
      key.slice(10),
      `NNSXS.${MIDDLE}…`,
    ],
    access_token: ["MFRWG.ABCDEFG.HIJKLMN"],
    empty: [""],
    other: ["password", `${key}${key}`, key.toLowerCase(), ` ${key}`, `${key}A`, "NNSXS!"],
  } as const;

  it("has 98 characters", () => assert.equal(key.length, 98));
  for (const [form, keys] of Object.entries(forms)) {
    for (const text of keys) {
      it(`takes ${text.slice(0, 20)}, ${text.length} characters, as ${form}`, () =>
        assert.equal(apiKeyForm(text), form));
    }
  }
});
