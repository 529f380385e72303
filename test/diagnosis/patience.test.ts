import assert from "node:assert/strict";
import { probeCertificate } from "../../src/diagnosis/certificate";
import { createStackApi } from "../../src/diagnosis/stackApi";
import { API_KEY, muteServer, oddServer } from "./stackAnswers";

describe("a server that keeps one waiting", () => {
  it("is given up after three seconds, be it silent or dripping", async function () {
    this.slow(8_000).timeout(8_000);
    const drops = new Set<NodeJS.Timeout>();
    const mute = await muteServer();
    const dripping = await oddServer((_request, response) => {
      drops.add(setInterval(() => response.write(" "), 100));
    });
    const silentUrl = `127.0.0.1:${mute.port}/api/v3`;
    const started = Date.now();
    const [certificate, ...answers] = await Promise.all([
      probeCertificate({ host: "127.0.0.1", port: mute.port }, started),
      createStackApi({ url: `http://${silentUrl}`, apiKey: API_KEY }).authInfo(),
      createStackApi({ url: `https://${silentUrl}`, apiKey: API_KEY }).authInfo(),
      createStackApi({ url: dripping.url, apiKey: API_KEY }).authInfo(),
    ]);
    assert.ok(Date.now() - started < 3_500);
    assert.equal(certificate, undefined);
    for (const answer of answers) assert.deepEqual(answer, { answer: "unknown", why: "timeout" });
    for (const timer of drops) clearInterval(timer);
    await mute.close();
    await dripping.close();
  });
});
