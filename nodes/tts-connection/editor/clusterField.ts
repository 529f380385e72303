/** The list of clusters, which fills in host, tenant and encryption, and shows the cluster of the host that stands in the form. */
import { tenantOfHost } from "../../../src/stack/address";
import { clusterOfHost, CLUSTERS, hostOfCluster } from "../../../src/stack/clusters";
import { isTenantId } from "../../../src/stack/identifiers";
import type { Form } from "../../shared/editor/form";
import { traitsIn } from "./services";

const OTHER = "other";
const SANDBOX_TENANT = "ttn";

/** The value of an option. */
const valueOf = ({ plan, region }: { readonly plan: string; readonly region: string }): string =>
  `${plan}-${region}`;

/** Wires the list up; `onChosen` is called when a host was chosen in it. */
export function makeClusterField(form: Form, list: JQuery, onChosen: () => void): void {
  form.follow(["host"], () => {
    const cluster = clusterOfHost(form.value("host"));
    list.val(cluster ? valueOf(cluster) : OTHER);
  });
  list.on("change", () => {
    const cluster = CLUSTERS.find((candidate) => valueOf(candidate) === list.val());
    if (!cluster) {
      form.set("host", "");
      form.input("host").trigger("focus");
      return;
    }
    const tenantId = form.value("tenantId");
    const given = tenantId === SANDBOX_TENANT || !isTenantId(tenantId) ? "" : tenantId;
    form.check("useTls", true);
    form.set("port", "");
    form.set("host", hostOfCluster(cluster, given));
    onChosen();
    if (lacksTenant(form)) form.input("tenantId").trigger("focus");
  });
  keepTenant(form);
  form.follow(["service", "host"], () => $("#tts-connection-tenant-hint").toggle(lacksTenant(form)));
}

/** On Cloud the tenant is a part of the host. */
const lacksTenant = (form: Form): boolean => {
  const host = form.value("host");
  return (
    traitsIn(form).isStackServer && clusterOfHost(host)?.plan === "cloud" && tenantOfHost(host) === undefined
  );
};

/** Sandbox and Cloud: the tenant follows the host. Cloud: the host follows the tenant. */
function keepTenant(form: Form): void {
  let before = form.value("host");
  if (traitsIn(form).isStackServer && form.value("tenantId") === "")
    form.set("tenantId", tenantOfHost(before) ?? "");
  form.input("host").on("input change", () => {
    const host = form.value("host");
    if (!traitsIn(form).isStackServer || host === before) return;
    const tenant = tenantOfHost(host);
    if (tenant !== undefined) form.set("tenantId", tenant);
    else if (form.value("tenantId") === tenantOfHost(before)) form.set("tenantId", "");
    before = host;
  });
  form.input("tenantId").on("change", () => {
    const cluster = clusterOfHost(form.value("host"));
    const tenantId = form.value("tenantId");
    if (traitsIn(form).isStackServer && cluster?.plan === "cloud" && isTenantId(tenantId))
      form.set("host", hostOfCluster(cluster, tenantId));
  });
}
