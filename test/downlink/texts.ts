/** The texts of refusals, as a user reads them. */
import assert from "node:assert/strict";
import { rendered } from "../diagnosis/catalogue";
import { buildOrder, type DownlinkValues } from "../../src/downlink/build";
import { V3_LIMITS, type DownlinkLimits } from "../../src/downlink/limits";
import type { DownlinkItem, DownlinkOrder } from "../../src/downlink/order";
import type { Ruled } from "../../src/downlink/ruled";

export const NOW = Date.parse("2026-11-21T08:00:00Z");

/** A downlink that nothing is wrong with. */
export const GOOD: DownlinkValues = { device: "door-1", fPort: 15, payload: [190, 239] };

/** The same as a downlink object. */
export const GOOD_ITEM = { f_port: 15, frm_payload: "vu8=" };

export const items = (...payload: unknown[]): DownlinkValues => ({ encoding: "downlinks", payload });

export function orderOf(values: DownlinkValues, limits: DownlinkLimits = V3_LIMITS): DownlinkOrder {
  const built = buildOrder({ ...GOOD, ...values }, limits, NOW);
  assert.ok(built.ok, built.ok ? "" : rendered(built.refusal));
  const { order } = built;
  assert.ok(order.operation !== "list");
  return order;
}

export function itemOf(values: DownlinkValues): DownlinkItem {
  const [item] = orderOf(values).items;
  assert.ok(item !== undefined);
  return item;
}

export function refusalOf(values: DownlinkValues, limits: DownlinkLimits = V3_LIMITS): string {
  const built = buildOrder({ ...GOOD, ...values }, limits, NOW);
  assert.ok(!built.ok, `passed: ${JSON.stringify(built)}`);
  return rendered(built.refusal);
}

export function valueOf<T>(ruled: Ruled<T>): T {
  assert.ok(ruled.ok, ruled.ok ? "" : rendered(ruled.refusal));
  return ruled.value;
}

export function textOf(ruled: Ruled<unknown>): string {
  assert.ok(!ruled.ok);
  return rendered(ruled.refusal);
}
