import type { Node, NodeAPI } from "node-red";
import type { ArrivalMemory } from "../../src/account/backfill/memories";
import type { SettingsResult } from "../../src/account/settings";
import { isJsonObject } from "../../src/stack/check";
import { userName } from "../../src/stack/identifiers";
import { keep, recall } from "../shared/recall";

const KEY = "arrivals";

/** Of one application only. */
function applicationIn(result: SettingsResult): string | undefined {
  if (!result.ok) return undefined;
  const { settings } = result;
  const tenantId = "tenantId" in settings ? settings.tenantId : undefined;
  return settings.applicationId === undefined ? undefined : userName(settings.applicationId, tenantId);
}

/**
 * The context of a config node: it outlives restarts where the default store is persistent. Of another application than at present
 * nothing was missed.
 */
export const memoryOf = (RED: NodeAPI, node: Node, settings: SettingsResult): ArrivalMemory => {
  const application = applicationIn(settings);
  const isOurs = (kept: unknown): boolean =>
    !isJsonObject(kept) || kept.application === undefined || kept.application === application;
  return {
    recall: (then) => recall(RED, node, KEY, (kept) => then(isOurs(kept) ? kept : undefined)),
    keep: (kept) => keep(RED, node, KEY, application === undefined ? kept : { ...kept, application }),
  };
};
