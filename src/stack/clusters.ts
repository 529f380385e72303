/** The public clusters of The Things Stack. Usable in the browser. */
import { nearestOf } from "./nearest";

/** Sandbox is what The Things Network runs on; on Cloud every customer is a tenant. */
export interface Cluster {
  readonly plan: "sandbox" | "cloud";
  /** As in the cluster's name: `eu1`. */
  readonly region: string;
}

const DOMAINS: Readonly<Record<Cluster["plan"], string>> = {
  sandbox: "cloud.thethings.network",
  cloud: "cloud.thethings.industries",
};

export const CLUSTERS: readonly Cluster[] = [
  ...["eu1", "nam1", "au1"].map((region) => ({ plan: "sandbox" as const, region })),
  ...["eu1", "eu2", "nam1", "au1", "as1"].map((region) => ({ plan: "cloud" as const, region })),
];

/** The host of a cluster. On Cloud the tenant stands in front of it; without one it is not complete. */
export function hostOfCluster({ plan, region }: Cluster, tenantId: string): string {
  const host = `${region}.${DOMAINS[plan]}`;
  return plan === "cloud" && tenantId !== "" ? `${tenantId}.${host}` : host;
}

/** The cluster that a host belongs to, also a Cloud one without its tenant; `undefined` for any other host. */
export function clusterOfHost(host: string): Cluster | undefined {
  return CLUSTERS.find((cluster) => {
    const name = hostOfCluster(cluster, "");
    if (host === name) return true;
    return (
      cluster.plan === "cloud" && host.endsWith(`.${name}`) && !host.slice(0, -name.length - 1).includes(".")
    );
  });
}

/**
 * The host that was probably meant, where a cluster is near: `eu1.clod.thethings.network`, `eu1.thethings.network`. On Cloud the first
 * part of the name is the tenant. `undefined` where none is near, and for the right name of a cluster.
 */
export function nearestHost(host: string): string | undefined {
  const given = host.toLowerCase();
  if (clusterOfHost(given)) return undefined;
  const tenant = given.slice(0, given.indexOf("."));
  const hosts = CLUSTERS.flatMap((cluster) => [
    hostOfCluster(cluster, ""),
    ...(cluster.plan === "cloud" ? [hostOfCluster(cluster, tenant)] : []),
  ]);
  const near = nearestOf(given, hosts)[0];
  return near === undefined || near.endsWith(`.${given}`) ? sameRegion(given) : near;
}

/** Of a name that only has the region right. */
function sameRegion(host: string): string | undefined {
  if (!host.includes("things")) return undefined;
  const plan = host.endsWith("industries") ? "cloud" : "sandbox";
  const labels = host.split(".");
  const cluster = CLUSTERS.find((each) => each.plan === plan && labels.includes(each.region));
  return cluster && hostOfCluster(cluster, labels[0] === cluster.region ? "" : (labels[0] ?? ""));
}
