import type { JsonObject } from "../../src/stack/messages";

export const PRIORITIES = ["LOWEST", "LOW", "BELOW_NORMAL", "NORMAL", "ABOVE_NORMAL", "HIGH", "HIGHEST"];

/** Reserved for what the network itself has to say: applications get at most the one below. */
export const HIGHEST = 6;
export const HIGH = 5;

export interface ClassBC {
  readonly gateways: readonly {
    readonly gatewayId: string;
    /** Eight bytes. */
    readonly eui: Buffer | undefined;
    readonly antennaIndex: number;
    readonly groupIndex: number;
  }[];
  /** RFC 3339. */
  readonly absoluteTime: string | undefined;
}

/** One downlink as a client gave it; zero means "not given", as in protobuf. */
export interface DownlinkItem {
  readonly sessionKeyId: Buffer;
  readonly fPort: number;
  readonly fCnt: number;
  readonly payload: Buffer;
  readonly decodedPayload: JsonObject | undefined;
  /** Of the formatter. */
  readonly warnings: readonly string[];
  readonly confirmed: boolean;
  readonly classBC: ClassBC | undefined;
  /** Index into `PRIORITIES`, or a number the validation refuses. */
  readonly priority: number;
  readonly correlationIds: readonly string[];
  readonly confirmedRetry: { readonly attempt: number; readonly maxAttempts: number | undefined } | undefined;
}

/** An object without the members that are undefined: the server leaves out what is zero. */
export function present(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

const unlessZero = (number: number): number | undefined => (number === 0 ? undefined : number);
const unlessEmpty = (bytes: Buffer): string | undefined =>
  bytes.length === 0 ? undefined : bytes.toString("base64");

/** Objects of a protobuf struct come out with sorted keys. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function classBCJson({ gateways, absoluteTime }: ClassBC): JsonObject {
  const list = gateways.map((gateway) =>
    present({
      gateway_ids: present({
        gateway_id: gateway.gatewayId,
        eui: gateway.eui?.toString("hex").toUpperCase(),
      }),
      antenna_index: unlessZero(gateway.antennaIndex),
      group_index: unlessZero(gateway.groupIndex),
    }),
  );
  return present({ gateways: list.length > 0 ? list : undefined, absolute_time: absoluteTime });
}

/** `ApplicationDownlink` as JSON. */
export function downlinkJson(item: DownlinkItem): JsonObject {
  const retry = item.confirmedRetry;
  return present({
    session_key_id: unlessEmpty(item.sessionKeyId),
    f_port: unlessZero(item.fPort),
    f_cnt: unlessZero(item.fCnt),
    frm_payload: unlessEmpty(item.payload),
    decoded_payload: sorted(item.decodedPayload),
    decoded_payload_warnings: item.warnings.length > 0 ? item.warnings : undefined,
    confirmed: item.confirmed || undefined,
    class_b_c: item.classBC && classBCJson(item.classBC),
    priority: item.priority === 0 ? undefined : PRIORITIES[item.priority],
    correlation_ids: item.correlationIds.length > 0 ? item.correlationIds : undefined,
    confirmed_retry:
      retry && present({ attempt: unlessZero(retry.attempt), max_attempts: retry.maxAttempts }),
  });
}
