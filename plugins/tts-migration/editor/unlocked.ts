import type { Flow, WorkspaceNode } from "../../../nodes/shared/editor/red";

/** Changes something in a flow that may be locked: the editor refuses that, and a deploy would leave it out. */
export function whileUnlocked(flow: Flow | undefined, change: () => void): void {
  const isLocked = flow?.locked === true;
  if (flow && isLocked) flow.locked = false;
  change();
  if (flow && isLocked) flow.locked = true;
}

export const flowOf = (id: string | undefined): Flow | undefined =>
  id === undefined ? undefined : (RED.nodes.workspace(id) ?? RED.nodes.subflow(id));

export const withFlowOf = ({ z }: WorkspaceNode, change: () => void): void =>
  whileUnlocked(flowOf(z), change);
