import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { askApi, type ApiReply } from "../../src/diagnosis/apiRequest";
import { stackService } from "../../src/services/stack";
import type { Service } from "../../src/services/service";
import type { StackKind } from "../../src/stack/kinds";
import { downlinkTopic, type QueueOperation } from "../../src/stack/topics";
import { capturesOf } from "../stack/fixtures";
import type { Target } from "./target";

/** A correlation ID by which a message is found again, whatever else happens in the application. */
export const newMark = (): string => `conformance-${randomUUID()}`;

/** Of the right form, but of no key. */
export const UNKNOWN_KEY = `NNSXS.${"A".repeat(39)}.${"B".repeat(52)}`;

/** The key with another secret. */
export const otherSecret = (key: string): string => key.slice(0, -1) + (key.endsWith("A") ? "B" : "A");

/** The bodies of all captured messages of this kind. */
export const capturedBodies = (kind: StackKind): readonly { name: string; body: object }[] =>
  capturesOf(kind).map(({ name, payload }) => ({ name, body: bodyIn(payload, kind) }));

function bodyIn(message: object, kind: string): object {
  const body: unknown = Object.entries(message).find(([key]) => key === kind)?.[1];
  assert.ok(typeof body === "object" && body !== null);
  return body;
}

function firstBody(kind: StackKind): object {
  const [first] = capturedBodies(kind);
  assert.ok(first, `no captured ${kind}`);
  return first.body;
}

/** Asks the stack to publish a message; what it answers. */
export function trySimulate(
  target: Target,
  message: object,
  { deviceId = target.device, apiKey = target.apiKey } = {},
): Promise<ApiReply> {
  const path = `/as/applications/${target.applicationId}/devices/${deviceId}/up/simulate`;
  return askApi(target.apiWith(apiKey), { method: "POST", path, body: JSON.stringify(message) });
}

/** Makes the stack publish a message, a captured one where no body is given. Returns its mark. */
export async function simulate(target: Target, kind: StackKind, body = firstBody(kind)): Promise<string> {
  const mark = newMark();
  const reply = await trySimulate(target, { correlation_ids: [mark], [kind]: body });
  assert.deepEqual(reply, { status: 200, json: {} });
  return mark;
}

/** Our own service for this target. */
export const serviceOf = (
  target: Target,
  account: Partial<Parameters<typeof stackService>[0]> = {},
): Service =>
  stackService({
    applicationId: target.applicationId,
    apiKey: target.apiKey,
    ...(target.tenantId !== undefined && { tenantId: target.tenantId }),
    ...account,
  });

export const queueTopic = (target: Target, operation: QueueOperation, deviceId = target.device): string =>
  downlinkTopic(target.applicationId, target.tenantId, deviceId, operation);

/** A downlink that nothing is wrong with. */
export const downlink = (mark: string, more: object = {}): object => ({
  f_port: 15,
  frm_payload: "vu8=",
  correlation_ids: [mark],
  ...more,
});

export const downlinks = (...items: readonly object[]): string => JSON.stringify({ downlinks: items });
