import type { NodeAPI } from "node-red";
import { warnOfBug } from "../../../src/connection/unexpected";
import type { Encoded } from "../../../src/diagnosis/encoder";
import { readDecoded } from "../../../src/downlink/decoded";
import { LIMITS_OF_SERVICE } from "../../../src/downlink/limits";
import { RULES } from "../../../src/downlink/rules";
import { isJsonObject } from "../../../src/stack/check";
import type { Text } from "../../../src/stack/explanation";
import { printableList } from "../../../src/diagnosis/printable";
import { asText } from "../../../src/stack/values";
import { textIn } from "../../shared/catalogue";
import { getConfigNode } from "../../shared/red";
import type { TtsConnectionNode } from "../../tts-connection/configNode";

/** What the form shows of fields that were encoded. */
export type EncodedReport =
  | {
      readonly outcome: "bytes";
      readonly fPort: number;
      readonly length: number;
      /** `BE EF`. */
      readonly hex: string;
      /** Of the encoder; empty for none. */
      readonly warnings: string;
    }
  | { readonly outcome: "failed"; readonly words: string };

/** Whoever clicks several times must not keep the server busy. */
const MOST_AT_A_TIME = 4;
const MOST_WARNINGS = 5;

let running = 0;

const failed = (language: string, why: Text): EncodedReport => ({
  outcome: "failed",
  words: textIn(language, why),
});

const reportOf = (encoded: Encoded, language: string): EncodedReport =>
  encoded.ok
    ? {
        outcome: "bytes",
        fPort: encoded.fPort,
        length: encoded.payload.length,
        hex: (encoded.payload.toString("hex").toUpperCase().match(/../g) ?? []).join(" "),
        warnings: printableList(encoded.warnings, MOST_WARNINGS),
      }
    : failed(language, encoded.explanation);

/** The device, FPort and fields of a request, checked as those of a downlink are. */
function fieldsIn(body: unknown) {
  if (!isJsonObject(body)) return undefined;
  const context = { limits: LIMITS_OF_SERVICE.stack(STACK), now: Date.now() };
  const device = RULES.device(body.device, context);
  if (!device.ok) return device;
  const fPort = RULES.fPort(body.fPort, context);
  if (!fPort.ok) return fPort;
  const decoded = readDecoded(body.payload);
  if (!decoded.ok) return decoded;
  return {
    ok: true,
    deviceId: device.value,
    fields: { fPort: fPort.value, decoded: decoded.value },
  } as const;
}

const STACK = { hasApi: true, hasApplication: true, hasTopic: () => true };

/** What the form of `tts-downlink` asks with *Show bytes*. The connection's key is used, so who asks must be allowed to deploy. */
export function serveEncoder(RED: NodeAPI): void {
  RED.httpAdmin.post(
    "/tts-downlink/:connection/encode",
    RED.auth.needsPermission("tts-connection.write"),
    RED.auth.needsPermission("flows.write"),
    (request, response) => {
      const connection = getConfigNode<TtsConnectionNode>(RED, asText(request.params.connection));
      const language = asText(request.query.lang);
      const answer = (report: EncodedReport): void => {
        response.set("Cache-Control", "no-store").json(report);
      };
      const asked = fieldsIn(request.body);
      if (connection?.type !== "tts-connection") response.sendStatus(404);
      else if (!asked) response.sendStatus(400);
      else if (!asked.ok) answer(failed(language, asked.refusal));
      else if (running >= MOST_AT_A_TIME) answer(failed(language, { key: "error.test.busy", values: {} }));
      else {
        running += 1;
        connection
          .encode(asked.deviceId, asked.fields)
          .then((encoded) => answer(reportOf(encoded, language)))
          .catch(warnOfBug)
          .finally(() => (running -= 1));
      }
    },
  );
}
