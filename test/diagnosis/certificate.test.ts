import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { explainProblem } from "../../src/diagnosis/connecting";
import type { Explanation } from "../../src/stack/explanation";
import { rendered } from "./catalogue";
import { apiServer, makeCertificates, type ApiServer } from "./stackAnswers";

const NOW = Date.now();
const DAY = 86_400_000;

function explain(errorCode: string, port: number, now = NOW, tls = {}): Promise<Explanation> {
  const context = {
    service: "stack",
    host: "127.0.0.1",
    port,
    useTls: true,
    userName: "app1",
    applicationId: "app1",
    now,
    tls,
  } as const;
  return explainProblem({ problem: "certificate", errorCode }, context, undefined);
}

describe("a certificate that is not trusted", () => {
  let certificates: ReturnType<typeof makeCertificates>;
  let selfSigned: ApiServer;
  let signed: ApiServer;
  before(async () => {
    certificates = makeCertificates();
    selfSigned = await apiServer({}, certificates.selfSigned);
    signed = await apiServer({}, certificates.signed);
  });
  after(async () => {
    await selfSigned.close();
    await signed.close();
  });
  const until = (pem: string): string =>
    new Date(new X509Certificate(pem).validTo).toISOString().slice(0, 16).replace("T", " ");

  it("is described by whose it is, its names and until when", async () => {
    const explanation = await explain("DEPTH_ZERO_SELF_SIGNED_CERT", selfSigned.port);
    assert.equal(explanation.code, "connection_failed");
    assert.equal(explanation.key, "error.certificate.self-signed");
    const text = rendered(explanation);
    assert.ok(text.includes("“tts.example.com” for tts.example.com, 127.0.0.1"), text);
    assert.ok(text.includes(until(certificates.selfSigned.cert)), text);
  });

  it("names the authority that is not known here", async () => {
    const explanation = await explain("UNABLE_TO_VERIFY_LEAF_SIGNATURE", signed.port);
    assert.equal(explanation.key, "error.certificate.unknown-authority");
    assert.match(rendered(explanation), /“Our Own Authority”/);
  });

  it("is said not to belong to the CA that is chosen, where one is", async () => {
    const chosen = { ca: certificates.selfSigned.cert };
    for (const [code, { port }] of [
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", signed],
      ["SELF_SIGNED_CERT_IN_CHAIN", signed],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", selfSigned],
    ] as const) {
      const explanation = await explain(code, port, NOW, chosen);
      assert.equal(explanation.key, "error.certificate.other-authority", code);
      assert.match(
        rendered(explanation),
        /^The server’s certificate does not belong to the CA that is chosen\. /,
      );
    }
  });

  it("is compared with the clock of this machine when its dates are off", async () => {
    const expired = await explain("CERT_HAS_EXPIRED", signed.port, NOW + 60 * DAY);
    assert.equal(expired.key, "error.certificate.expired");
    assert.ok(rendered(expired).includes(new Date(NOW + 60 * DAY).toISOString().slice(0, 10)));
    const early = await explain("CERT_NOT_YET_VALID", signed.port, 0);
    assert.equal(early.key, "error.certificate.not-yet-valid");
    assert.match(rendered(early), /clock says 1970-01-01 00:00 UTC/);
  });

  it("names what the server is called and what it was called here", async () => {
    const explanation = await explain("ERR_TLS_CERT_ALTNAME_INVALID", signed.port);
    assert.equal(explanation.key, "error.certificate.other-name");
    assert.match(
      rendered(explanation),
      /certificate of 127\.0\.0\.1 is for tts\.example\.com, 127\.0\.0\.1\./,
    );
  });

  it("is not blamed on the host where the Server Name in the TLS configuration is another one", async () => {
    const explanation = await explain("ERR_TLS_CERT_ALTNAME_INVALID", signed.port, NOW, {
      servername: "mqtt.local",
    });
    assert.equal(explanation.key, "error.certificate.other-server-name");
    assert.match(
      rendered(explanation),
      /not for the Server Name “mqtt\.local”\. .* for tts\.example\.com, 127\.0\.0\.1\. .*leave Server Name empty/,
    );
  });

  it("is described for any other reason, too", async () => {
    const explanation = await explain("INVALID_PURPOSE", signed.port);
    assert.equal(explanation.key, "error.certificate.other");
    assert.match(rendered(explanation), /INVALID_PURPOSE/);
  });

  it("is looked at without saying anything to the server", async () => {
    await explain("CERT_UNTRUSTED", selfSigned.port, NOW, {
      ...certificates.signed,
      rejectUnauthorized: true,
    });
    assert.deepEqual(selfSigned.requests, []);
  });

  it("is described without details where it cannot be seen", async () => {
    const plain = await apiServer({});
    const explanation = await explain("CERT_HAS_EXPIRED", plain.port);
    assert.equal(explanation.key, "error.certificate.unseen");
    assert.match(rendered(explanation), /CERT_HAS_EXPIRED/);
    await plain.close();
    assert.equal((await explain("CERT_HAS_EXPIRED", plain.port)).key, "error.certificate.unseen");
  });
});
