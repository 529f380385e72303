import type { ApplicationDownlink, JsonObject } from "../stack/messages";
import {
  authInfoOf,
  deviceFormatterOf,
  deviceRefusal,
  downlinksOf,
  encodedIn,
  formatterIn,
  read,
  rightsOf,
  withoutSecrets,
  type ApiAnswer,
  type AuthInfo,
  type DeviceFormatter,
  type EncodedFields,
  type Formatter,
} from "./apiAnswers";
import {
  askApi,
  GENEROUS,
  type AnswerLimits,
  type ApiQuestion,
  type ApiReply,
  type ApiTarget,
} from "./apiRequest";
import { followGateways } from "./gatewayEvents";
import { gatewayStatisticsOf, type GatewayStatistics } from "./gatewayStatistics";

export type { ApiAnswer, AuthInfo, Formatter, KeyOwnerKind } from "./apiAnswers";

/**
 * The stack's HTTP API, asked with the key of the connection only to explain: nothing that these questions do changes anything.
 * No question rejects, and no answer holds the key. Equal questions at the same time are asked once.
 * Rule: docs/server.md#9-http-api.
 */
export interface FactsApi {
  /** Whose key it is, and what it may do there. */
  authInfo(): Promise<ApiAnswer<AuthInfo>>;
  /** What it may do with an application; an empty list where that is nothing, or there is no such application. */
  rights(applicationId: string): Promise<ApiAnswer<{ readonly rights: readonly string[] }>>;
  /** Needs the right to read. The downlinks are a caller's own. */
  downlinkQueue(
    applicationId: string,
    deviceId: string,
    limits?: AnswerLimits,
  ): Promise<ApiAnswer<{ readonly downlinks: readonly ApplicationDownlink[] }>>;
  /** Of a gateway that is connected. Its status must be public, or the key have a right on it. */
  gatewayStatistics(gatewayId: string): Promise<ApiAnswer<GatewayStatistics>>;
  /** Whether a downlink for this device would be taken: pushes none. */
  canPush(applicationId: string, deviceId: string): Promise<ApiAnswer<object>>;
}

/** The same with what a flow or a form asks for. */
export interface StackApi extends FactsApi {
  /** What the device itself has. Needs the right to view devices. */
  downlinkFormatter(applicationId: string, deviceId: string): Promise<ApiAnswer<DeviceFormatter>>;
  /** For devices without one of their own. Needs the right to edit settings. */
  defaultDownlinkFormatter(applicationId: string): Promise<ApiAnswer<{ readonly formatter?: Formatter }>>;
  /**
   * Calls with the ID of each of these gateways that connects or disconnects. The status of all must be public. Returns what ends it.
   */
  followGateways(
    gatewayIds: readonly string[],
    onChange: (gatewayId: string, disconnectReason?: string) => void,
  ): () => void;
  /** Runs a formatter, and queues nothing. Needs the right to read. */
  encode(applicationId: string, deviceId: string, fields: EncodeQuestion): Promise<ApiAnswer<EncodedFields>>;
}

interface EncodeQuestion {
  readonly fPort: number;
  readonly decoded: JsonObject;
  readonly formatter: Formatter;
  readonly versionIds: JsonObject | undefined;
}

/**
 * @param isCluster it is that of the cluster that the devices are in. Otherwise it may be that of another one, which has other devices:
 * that one is missing counts only when it has known any.
 */
export function createStackApi(target: ApiTarget, isCluster = true): StackApi {
  const inFlight = new Map<string, Promise<ApiReply>>();
  let knowsDevices = isCluster;

  function ask(question: ApiQuestion): Promise<ApiReply> {
    const key = `${question.method} ${question.path} ${question.limits?.wait ?? ""} ${question.body ?? ""}`;
    const asked = inFlight.get(key);
    if (asked) return asked;
    const reply = askApi(target, question).then((found) => {
      inFlight.delete(key);
      return withoutSecrets(found, target.apiKey);
    });
    inFlight.set(key, reply);
    return reply;
  }

  /** Whatever the answer is, it rejects nothing: some of these promises are not awaited. */
  async function answer<T>(
    question: ApiQuestion,
    body: (json: Record<string, unknown>) => T | undefined,
  ): Promise<ApiAnswer<T>> {
    try {
      return read(await ask(question), body);
    } catch {
      return { answer: "unknown", why: "not_understood" };
    }
  }

  /** Of a question about a device. */
  function ofDevice<T>(found: ApiAnswer<T>): ApiAnswer<T> {
    knowsDevices ||= found.answer === "ok";
    const answered = deviceRefusal(found);
    const isMissing = answered.answer === "refused" && answered.name === "device_not_found";
    return isMissing && !knowsDevices ? { answer: "unknown", why: "other_cluster" } : answered;
  }

  const application = (id: string): string => `/applications/${encodeURIComponent(id)}`;
  const queue = (applicationId: string, deviceId: string): string =>
    `/as${application(applicationId)}/devices/${encodeURIComponent(deviceId)}/down`;

  return {
    authInfo: () => answer({ method: "GET", path: "/auth_info" }, authInfoOf),
    rights: (applicationId) =>
      answer({ method: "GET", path: `${application(applicationId)}/rights` }, (json) => {
        const rights = rightsOf(json);
        return rights && { rights };
      }),
    async downlinkQueue(applicationId, deviceId, limits) {
      const question = {
        method: "GET",
        path: queue(applicationId, deviceId),
        ...(limits && { limits }),
      } as const;
      const found = await answer(question, (json) => {
        const downlinks = downlinksOf(json);
        return downlinks && { downlinks: structuredClone(downlinks) };
      });
      return ofDevice(found);
    },
    gatewayStatistics: (gatewayId) =>
      answer(
        { method: "GET", path: `/gs/gateways/${encodeURIComponent(gatewayId)}/connection/stats` },
        gatewayStatisticsOf,
      ),
    async canPush(applicationId, deviceId) {
      const path = `${queue(applicationId, deviceId)}/push`;
      const found = await answer({ method: "POST", path, body: "{}" }, (json) =>
        Object.keys(json).length === 0 ? {} : undefined,
      );
      return ofDevice(found);
    },
    async downlinkFormatter(applicationId, deviceId) {
      const path = `/as${application(applicationId)}/devices/${encodeURIComponent(deviceId)}?field_mask=formatters,version_ids`;
      const question = { method: "GET", path, limits: GENEROUS } as const;
      return ofDevice(await answer(question, deviceFormatterOf));
    },
    defaultDownlinkFormatter: (applicationId) =>
      answer(
        {
          method: "GET",
          path: `/as${application(applicationId)}/link?field_mask=default_formatters`,
          limits: GENEROUS,
        },
        ({ default_formatters }) => {
          const formatter = formatterIn(default_formatters);
          return formatter ? { formatter } : {};
        },
      ),
    followGateways: (gatewayIds, onChange) => followGateways(target, gatewayIds, onChange),
    encode(applicationId, deviceId, { fPort, decoded, formatter, versionIds }) {
      const body = JSON.stringify({
        downlink: { f_port: fPort, decoded_payload: decoded },
        formatter: formatter.type,
        parameter: formatter.parameter,
        ...(versionIds && { version_ids: versionIds }),
      });
      const path = `${queue(applicationId, deviceId)}/encode`;
      return answer({ method: "POST", path, body, limits: GENEROUS }, encodedIn);
    },
  };
}
