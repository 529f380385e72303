import assert from "node:assert/strict";
import { keyRecordOf } from "../../src/account/keyRecord";
import { Senders } from "../../src/account/senders";
import { readSettings, serviceOf } from "../../src/account/settings";
import type { Recipient } from "../../src/connection/routes";
import type { Session } from "../../src/connection/session";
import type { DownlinkJob, Failure } from "../../src/delivery/contract";
import type { StackApi } from "../../src/diagnosis/stackApi";
import type { QueueChange } from "../../src/downlink/order";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { item, until } from "../delivery/world";

/** Senders on a session that is connected, at a server that acknowledges all, and an API that answers when it is told to. */
function senders() {
  const properties = { ...CONNECTION_DEFAULTS, host: "stack.example", applicationId: "app1" };
  const read = readSettings(properties, { apiKey: "key" }, undefined);
  assert.ok(read.ok);
  const { settings } = read;
  let recipient: Recipient | undefined;
  const session = {
    ...{ open: true, openedAt: 0, interrupted: false, lastMessageAt: 0, devicesSeen: new Set<string>() },
    stateFor: () => ({ state: "connected" }),
    publish: () => Promise.resolve("acknowledged"),
    listen: () => () => undefined,
    receive: (one: Recipient) => {
      recipient = one;
      return () => undefined;
    },
  };
  const asked: string[] = [];
  const api = {
    downlinkQueue: (_applicationId: string, deviceId: string) => {
      asked.push(deviceId);
      return new Promise(() => undefined);
    },
    canPush: () => new Promise(() => undefined),
  };
  const all = new Senders({
    settings,
    service: serviceOf(settings),
    session: session as unknown as Session,
    api: () => api as unknown as StackApi,
    mayNotSend: () => false,
    stillMayNotSend: () => Promise.resolve(false),
    encoderError: () => undefined,
    key: keyRecordOf("senders"),
    warn: () => undefined,
    onStep: () => undefined,
    changed: () => undefined,
  });
  const { seat, leave } = all.join("node");
  let ids: readonly string[] = [];
  seat.take({
    onStep: ({ deviceId, correlationIds }) => {
      if (deviceId === "valve" && correlationIds.length > 0) ids = correlationIds;
    },
    onInherited: () => undefined,
  });
  const send = (deviceId: string, operation: QueueChange = "push"): (Failure | "done")[] => {
    const ends: (Failure | "done")[] = [];
    const job: DownlinkJob = {
      ...{ report: "sent", timeout: 60, offline: "hold" },
      order: { deviceId, operation, encoding: "bytes", items: operation === "clear" ? [] : [item()] },
    };
    seat.send(job, {}, { onReport: () => undefined, onEnd: (failure) => ends.push(failure ?? "done") });
    return ends;
  };
  const told = (kind: "downlink_queued" | "downlink_sent"): void => {
    const body = { ...item(), correlation_ids: [...ids] };
    const message = { end_device_ids: { device_id: "valve" }, [kind]: body };
    recipient?.deliver({ received: { kind, message } } as unknown as Parameters<Recipient["deliver"]>[0]);
  };
  return { send, told, asked, leave, ids: () => ids };
}

describe("all that send on a session", () => {
  it("take nothing for gone after a clear while too much is asked to look into the queue", async () => {
    const { send, told, asked, leave, ids } = senders();
    const ends = send("valve");
    await until(() => ids().length > 0, "published");
    told("downlink_queued");
    for (let index = 0; index < 10; index++) send(`silent-${index}`);
    await until(() => asked.length === 10, "ten questions");
    // The server acknowledges a clear that it does not do.
    const cleared = send("valve", "clear");
    await until(() => cleared.length > 0, "cleared");
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(ends, []);
    told("downlink_sent");
    assert.deepEqual(ends, ["done"]);
    leave();
  });
});
