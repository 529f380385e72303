/**
 * Puts the converted nodes in place of the old ones, and back again. Only these are exchanged, and the very same objects come back:
 * everything else in the workspace, and what "undo" knows of it, stays as it is.
 */
import type { Conversion, Replacement } from "../conversion/convert";
import type { Group, Link, LinkEnd, WorkspaceNode } from "../../../nodes/shared/editor/red";
import { wiresOf } from "../conversion/flow";
import { setDescription, type Description } from "./description";
import { withFlowOf } from "./unlocked";

/** All that the exchange touches, as it was when the nodes were taken out. */
interface TakenOut {
  readonly nodes: readonly WorkspaceNode[];
  readonly links: readonly Link[];
  readonly orders: readonly { readonly flow: string; readonly ids: readonly string[] }[];
  readonly groups: readonly GroupState[];
  readonly version: string;
}

interface GroupState extends Pick<Group, "x" | "y" | "w" | "h"> {
  readonly group: Group;
  readonly nodes: readonly (WorkspaceNode | Group)[];
}

/** One step of "undo". `nodes` are the new ones, complete. */
export function exchange(
  conversion: Conversion,
  nodes: readonly { readonly id: string }[],
  descriptions: readonly Description[],
): void {
  const oldIds = conversion.replacements.map(({ old }) => old.id);
  const newIds = nodes.map(({ id }) => id);
  const wasDirty = RED.nodes.dirty();
  const before = takeOut(oldIds, newIds);
  putInNew(nodes, before, conversion.replacements);
  descriptions.forEach((one) => setDescription(one, one.after));

  let away: TakenOut | undefined = before;
  let isConverted = true;
  const exchangeAgain = (): void => {
    if (!away) return;
    const comes = away;
    away = takeOut(isConverted ? newIds : oldIds, isConverted ? oldIds : newIds);
    putIn(comes);
    isConverted = !isConverted;
    descriptions.forEach((one) => setDescription(one, isConverted ? one.after : one.before));
    // Of "redo" the editor does not know whether there is something to deploy.
    RED.nodes.dirty(isConverted || wasDirty || comes.version !== RED.nodes.version());
    refresh();
  };
  RED.history.push({ t: "multi", events: [], dirty: wasDirty, callback: exchangeAgain });
  RED.nodes.dirty(true);
  refresh();
}

function refresh(): void {
  RED.view.redraw(true);
  RED.workspaces.refresh();
  RED.sidebar.config.refresh();
}

const isConfig = ({ _def }: WorkspaceNode): boolean => _def.category === "config";

const nodesOf = (ids: readonly string[]): readonly WorkspaceNode[] =>
  ids.flatMap((id) => RED.nodes.node(id) ?? []);

/** @param following IDs of the nodes that come instead */
function takeOut(ids: readonly string[], following: readonly string[]): TakenOut {
  RED.view.select(null);
  const nodes = nodesOf(ids);
  const flows = [...new Set(nodes.flatMap((node) => (isConfig(node) ? [] : (node.z ?? []))))];
  const taken: TakenOut = {
    nodes,
    links: linksLaidWith(new Set(ids)),
    orders: flows.map((flow) => ({ flow, ids: RED.nodes.getNodeOrder(flow) })),
    groups: flows.flatMap((flow) => RED.nodes.groups(flow).map(stateOf)),
    version: RED.nodes.version(),
  };
  taken.links.forEach((link) => RED.nodes.removeLink(link));
  const follow = new Set(following);
  for (const node of nodes) {
    // The next one with this ID takes its place: config nodes keep their order.
    if (isConfig(node) && follow.has(node.id)) RED.events.emit("nodes:remove", node);
    else RED.nodes.remove(node.id);
  }
  // Otherwise what is drawn for an ID would stay, with the icon and the ports of the node before.
  RED.view.redraw(true, true);
  return taken;
}

const stateOf = (group: Group): GroupState => {
  const { x, y, w, h, nodes } = group;
  return { group, x, y, w, h, nodes: [...nodes] };
};

/**
 * The wires of the nodes, and those that have to be laid anew with them: the order of the wires of an output, and of those to an output
 * of a subflow, is the order in which they were laid.
 */
function linksLaidWith(ids: ReadonlySet<string>): readonly Link[] {
  const links: Link[] = [];
  RED.nodes.eachLink((link) => void links.push(link));
  const own = links.filter(({ source, target }) => ids.has(source.id) || ids.has(target.id));
  const sources = new Set(own.map(({ source }) => source));
  const subflows = new Set(own.flatMap(({ source }) => (isSubflow(source) ? [source.z] : [])));
  return links.filter(({ source }) => sources.has(source) || subflows.has(source.z));
}

const isSubflow = ({ z }: LinkEnd): boolean => z !== undefined && RED.nodes.subflow(z) !== undefined;

function putIn({ nodes, links, orders, groups, version }: TakenOut): void {
  for (const node of [...nodes.filter(isConfig), ...nodes.filter((one) => !isConfig(one))])
    RED.nodes.add(node);
  links.forEach((link) => RED.nodes.addLink(link));
  orders.forEach(({ flow, ids }) => RED.nodes.setNodeOrder(flow, ids));
  for (const { group, nodes: members, ...place } of groups) {
    group.nodes.splice(0, group.nodes.length, ...members);
    Object.assign(group, place);
  }
  redrawGroupsOf(nodes);
  // What has been deployed since is something else.
  if (version !== RED.nodes.version())
    for (const node of nodes) withFlowOf(node, () => (node.changed = true));
}

function redrawGroupsOf(nodes: readonly WorkspaceNode[]): void {
  for (const { g } of nodes) {
    const group = g === undefined ? undefined : RED.nodes.group(g);
    if (group) RED.group.markDirty(group);
  }
}

/** For the first time: the editor makes its nodes of what the conversion has made, but for what ties them to nodes around. */
function putInNew(
  made: readonly { readonly id: string }[],
  before: TakenOut,
  replacements: readonly Replacement[],
): void {
  const ids = made.map(({ id }) => id);
  RED.nodes.import(
    made.map((node) => ({ ...node, wires: [] })),
    {
      importMap: Object.fromEntries(ids.map((id) => [id, "import"] as const)),
      reimport: true,
      markChanged: true,
    },
  );
  const byOld = new Map(replacements.map((one) => [one.old.id, one]));
  const instead = (id: string): readonly string[] => byOld.get(id)?.nodes.map((node) => node.id) ?? [id];
  for (const { ids: order, flow } of before.orders) RED.nodes.setNodeOrder(flow, order.flatMap(instead));
  for (const { group, nodes } of before.groups) {
    const members = nodes.flatMap((member): readonly (WorkspaceNode | Group)[] =>
      byOld.has(member.id) ? nodesOf(instead(member.id)) : [member],
    );
    for (const { id } of nodes.filter((member) => byOld.has(member.id)))
      nodesOf(instead(id)).forEach((node) => (node.g = group.id));
    group.nodes.splice(0, group.nodes.length, ...members);
  }
  before.links.flatMap((link) => linksInstead(link, byOld)).forEach((link) => RED.nodes.addLink(link));
  replacements.flatMap(linksWithin).forEach((link) => RED.nodes.addLink(link));
  redrawGroupsOf(nodesOf(ids));
}

function linksInstead(link: Link, byOld: ReadonlyMap<string, Replacement>): readonly Link[] {
  const { source, sourcePort, target } = link;
  const replaced = byOld.get(source.id);
  const next = byOld.get(target.id);
  const end = next ? RED.nodes.node(next.input ?? target.id) : target;
  if (!end) return [];
  if (!replaced) return end === target ? [link] : [{ source, sourcePort, target: end }];
  const outputs = replaced.outputs ?? [[source.id]];
  return nodesOf(outputs[sourcePort] ?? []).map((node) => ({ source: node, sourcePort: 0, target: end }));
}

/** Of an old node that has become several, one behind the other: those that have wires have one output. */
function linksWithin({ nodes }: Replacement): readonly Link[] {
  const own = new Set(nodes.map(({ id }) => id));
  return nodes.flatMap((node) => {
    const [source] = nodesOf([node.id]);
    const targets = nodesOf(
      wiresOf(node)
        .flat()
        .filter((id) => own.has(id)),
    );
    return source ? targets.map((target) => ({ source, sourcePort: 0, target })) : [];
  });
}
