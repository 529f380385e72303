import type { ApplicationDownlink } from "../stack/messages";
import {
  authInfoOf,
  deviceRefusal,
  downlinksOf,
  read,
  rightsOf,
  withoutSecrets,
  type ApiAnswer,
  type AuthInfo,
} from "./apiAnswers";
import { gatewayStatisticsOf, type GatewayStatistics } from "./gatewayStatistics";
import { askApi, type ApiQuestion, type ApiReply, type ApiTarget } from "./apiRequest";

export type { ApiAnswer, AuthInfo, KeyOwnerKind } from "./apiAnswers";

/**
 * The stack's HTTP API, asked with the key of the connection only to explain: nothing that these questions do changes anything.
 * No question rejects, and no answer holds the key. Equal questions at the same time are asked once.
 * Rule: docs/server.md#9-http-api.
 */
export interface StackApi {
  /** Whose key it is, and what it may do there. */
  authInfo(): Promise<ApiAnswer<AuthInfo>>;
  /** What it may do with an application; an empty list where that is nothing, or there is no such application. */
  rights(applicationId: string): Promise<ApiAnswer<{ readonly rights: readonly string[] }>>;
  /** Needs the right to read. */
  downlinkQueue(
    applicationId: string,
    deviceId: string,
  ): Promise<ApiAnswer<{ readonly downlinks: readonly ApplicationDownlink[] }>>;
  /** Of a gateway that is connected. Its status must be public, or the key have a right on it. */
  gatewayStatistics(gatewayId: string): Promise<ApiAnswer<GatewayStatistics>>;
  /** Whether a downlink for this device would be taken: pushes none. */
  canPush(applicationId: string, deviceId: string): Promise<ApiAnswer<object>>;
}

export function createStackApi(target: ApiTarget): StackApi {
  const inFlight = new Map<string, Promise<ApiReply>>();

  function ask(question: ApiQuestion): Promise<ApiReply> {
    const key = `${question.method} ${question.path}`;
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
    async downlinkQueue(applicationId, deviceId) {
      const found = await answer({ method: "GET", path: queue(applicationId, deviceId) }, (json) => {
        const downlinks = downlinksOf(json);
        return downlinks && { downlinks };
      });
      return deviceRefusal(found);
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
      return deviceRefusal(found);
    },
  };
}
