import vm from "node:vm";
import type { Application } from "../application";
import type { EndDevice } from "../devices/device";
import { cayenneLppFormatter, javaScriptFormatter } from "../downlink/formatter";
import type { DownlinkFormatter, DownlinkScript, Encoded } from "../downlink/formatter";
import { downlinkJson } from "../downlink/item";
import type { DownlinkItem } from "../downlink/item";
import { firstValue, isObject } from "../downlink/json";
import { DEVICES_READ, READ } from "../keys";
import type { KeyRing } from "../keys";
import { stackError } from "../stackErrors";
import { failure, missingRight, ok, plain } from "./access";
import type { Answer } from "./access";
import type { TrafficRequest } from "./traffic";

const SETTINGS = "RIGHT_APPLICATION_SETTINGS_BASIC";
const SCRIPT_MS = 100;

interface FormatterParts {
  readonly application: Application;
  readonly keys: KeyRing;
  readonly device: (deviceId: string) => EndDevice | undefined;
}

/** What stands for the script of a simulated device, which is no text. */
const standIn = (deviceId: string): string => `// The script of ${deviceId}.`;

function formattersOf({ model: { id, downlinkFormatter } }: EndDevice): object {
  if (!downlinkFormatter) return {};
  const formatters =
    downlinkFormatter === cayenneLppFormatter
      ? { down_formatter: "FORMATTER_CAYENNELPP" }
      : { down_formatter: "FORMATTER_JAVASCRIPT", down_formatter_parameter: standIn(id) };
  return { formatters };
}

/** `GET /as/…/devices/{id}?field_mask=formatters`. */
export function deviceFormatters(request: TrafficRequest, parts: FormatterParts): Answer {
  const refused = missingRight({ ...request, right: DEVICES_READ }, parts.application, parts.keys);
  if (refused) return failure(refused);
  const device = parts.device(request.deviceId);
  if (!device)
    return failure(
      stackError({ namespace: "pkg/redis", name: "not_found", format: "entity not found", code: 5 }),
    );
  const { versionIds } = device.model;
  return ok({
    ids: device.ids(request.applicationId, "record"),
    ...(versionIds && { version_ids: versionIds }),
    ...formattersOf(device),
  });
}

/** `GET /as/…/link?field_mask=default_formatters`: as of an application that has never set any. */
export function link(request: TrafficRequest, { application, keys }: FormatterParts): Answer {
  const refused = missingRight({ ...request, right: SETTINGS }, application, keys);
  return failure(
    refused ?? stackError({ namespace: "pkg/redis", name: "not_found", format: "entity not found", code: 5 }),
  );
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** `POST …/down/encode`: runs the formatter that comes with the request, for a device that need not exist. Throws `Malformed`. */
export function encode(request: TrafficRequest, parts: FormatterParts): Answer {
  const message = firstValue(request.body.toString("utf8") || "{}");
  const refused = missingRight({ ...request, right: READ }, parts.application, parts.keys);
  if (refused) return failure(refused);
  if (!isObject(message) || !isObject(message.downlink)) return plain(400, 3, "value is required");
  const { downlink, formatter, parameter } = message;
  const { f_port: fPort, decoded_payload: decoded } = downlink;
  const found = formatterFor(text(formatter), text(parameter), parts);
  if (!found) return failure(notConfigured(text(formatter) || "FORMATTER_NONE"));
  const encoded = encodedBy(found, typeof fPort === "number" ? fPort : 0, isObject(decoded) ? decoded : {});
  return encoded.ok
    ? ok({ downlink: downlinkJson({ ...encoded.item, decodedPayload: isObject(decoded) ? decoded : {} }) })
    : failure(encoded.error);
}

function encodedBy(
  formatter: DownlinkFormatter,
  fPort: number,
  decodedPayload: DownlinkItem["decodedPayload"],
): Encoded {
  return formatter.encode({
    sessionKeyId: Buffer.alloc(0),
    fPort,
    fCnt: 0,
    payload: Buffer.alloc(0),
    decodedPayload,
    warnings: [],
    confirmed: false,
    classBC: undefined,
    priority: 0,
    correlationIds: [],
    confirmedRetry: undefined,
  });
}

const notConfigured = (formatter: string) =>
  stackError({
    namespace: "pkg/messageprocessors",
    name: "formatter_not_configured",
    format: "formatter `{formatter}` is not configured",
    code: 9,
    attributes: { formatter },
  });

const STAND_IN = /^\/\/ The script of ([a-z0-9-]+)\.$/;

function formatterFor(
  type: string,
  parameter: string,
  { device }: FormatterParts,
): DownlinkFormatter | undefined {
  if (type === "FORMATTER_CAYENNELPP") return cayenneLppFormatter;
  if (type !== "FORMATTER_JAVASCRIPT") return undefined;
  const [, deviceId = ""] = STAND_IN.exec(parameter) ?? [];
  return device(deviceId)?.model.downlinkFormatter ?? javaScriptFormatter(scriptIn(parameter));
}

const isScript = (value: unknown): value is DownlinkScript["encodeDownlink"] => typeof value === "function";

/** The function of a script that a user has written. */
const scriptIn = (parameter: string): DownlinkScript => ({
  encodeDownlink(input) {
    const found: unknown = vm.runInNewContext(`${parameter}\n;encodeDownlink`, {}, { timeout: SCRIPT_MS });
    if (!isScript(found)) throw new TypeError("encodeDownlink is no function");
    return found(input);
  },
});
