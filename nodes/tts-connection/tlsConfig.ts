import { X509Certificate } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { ChosenTls } from "../../src/account/settings/common";
import type { NodeAPI } from "node-red";
import { getConfigNode, type TlsConfigNode } from "../shared/red";

export function chosenTls(RED: NodeAPI, id: string): ChosenTls {
  const node = getConfigNode<TlsConfigNode>(RED, id);
  if (!node) return undefined;
  if (node.type !== "tls-config") return "other_kind";
  // Of a file that cannot be read it says so in its own error, and gives options without what was in it.
  if (node.valid === false) return "unusable";
  const options: ConnectionOptions = node.addTLSOptions({});
  return [options.ca, options.cert].every(isCertificate) ? options : "no_certificate";
}

/** Node takes what is no certificate for an empty list of them. */
function isCertificate(given: unknown): boolean {
  if (given === undefined) return true;
  if (typeof given !== "string" && !Buffer.isBuffer(given)) return false;
  try {
    return new X509Certificate(given).raw.length > 0 && String(given).includes("-----BEGIN ");
  } catch {
    return false;
  }
}
