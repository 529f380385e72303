/** A certificate authority of one's own, with a certificate for a broker on this machine and one for a client; made by openssl. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

interface Certified {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

export interface Authority {
  /** PEM. */
  readonly ca: string;
  readonly server: Certified;
  readonly client: Certified;
}

export function authority(): Authority {
  const folder = mkdtempSync(path.join(tmpdir(), "tts-authority-"));
  const file = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): unknown => execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = (name: string): string[] => [
    ...[
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      file(`${name}.key`),
    ],
  ];
  const read = (name: string): string => readFileSync(file(name), "utf8");
  const certified = (name: string, extension: string): Certified => {
    writeFileSync(file("extension"), extension);
    openssl("req", ...newKey(name), "-subj", `/CN=${name}`, "-out", file(`${name}.csr`));
    openssl(
      ...["x509", "-req", "-in", file(`${name}.csr`), "-CA", file("ca.crt"), "-CAkey", file("ca.key")],
      ...["-CAcreateserial", "-days", "2", "-extfile", file("extension"), "-out", file(`${name}.crt`)],
    );
    return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
  };
  try {
    openssl("req", "-x509", ...newKey("ca"), "-subj", "/CN=Own CA", "-days", "2", "-out", file("ca.crt"));
    return {
      ca: read("ca.crt"),
      server: certified("localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
      client: certified("node-red", "extendedKeyUsage=clientAuth"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
