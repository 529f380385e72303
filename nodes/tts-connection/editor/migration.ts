/** Offers to convert the old nodes of `node-red-contrib-ttn` where there are any, and does it. */
import { convertFlow, hasOldNodes, OLD_TYPES, type Conversion } from "../../../src/stack/migration/convert";
import { CONNECTION_DEFAULTS } from "../properties";
import { DOWNLINK_DEFAULTS } from "../../tts-downlink/properties";
import { EVENT_DEFAULTS } from "../../tts-event/properties";
import { JOIN_DEFAULTS } from "../../tts-join/properties";
import { UPLINK_DEFAULTS } from "../../tts-uplink/properties";
import { isFlowNode } from "../../../src/stack/migration/flow";
import { showReport } from "./migrationReport";
import { text } from "../../shared/editor/text";

const ACTION = "the-things-stack:convert-ttn-nodes";
const OFFER_OFF = "tts-connection-no-migration-offer";
const NOTIFICATION = "tts-connection-migration";
const LOOK_AGAIN_MS = 300;

const DEFAULTS: Readonly<Record<string, object>> = {
  "tts-connection": CONNECTION_DEFAULTS,
  "tts-uplink": UPLINK_DEFAULTS,
  "tts-join": JOIN_DEFAULTS,
  "tts-event": EVENT_DEFAULTS,
  "tts-downlink": DOWNLINK_DEFAULTS,
};

/** A node that was added, also one whose type the editor does not know: then its type stands in what it came from. */
interface Added {
  readonly id?: string;
  readonly type?: unknown;
  readonly _orig?: { readonly type?: unknown };
}

const isOld = ({ type, _orig }: Added): boolean =>
  OLD_TYPES.includes(String(type === "unknown" ? _orig?.type : type));

/** Nodes that have been imported hang on the mouse until they are put somewhere. */
const isBusy = (): boolean => RED.view.state() !== RED.state.DEFAULT;

let watching = false;

/** To be called when the editor knows the type; a second time, after it was switched off and on, does nothing. */
export function watchForOldNodes(): void {
  if (watching) return;
  watching = true;
  RED.actions.add(ACTION, convert, { label: text("migration.action") });
  let timer: number | undefined;
  const offerSoon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => (isBusy() ? offerSoon() : offer()), LOOK_AGAIN_MS);
  };
  // Who has said no, or undone it, is not asked about the same nodes again.
  const seen = new Set<string | undefined>();
  RED.events.on("nodes:add", (node: Added) => {
    if (!isOld(node) || seen.has(node.id)) return;
    seen.add(node.id);
    offerSoon();
  });
}

function offer(): void {
  if (RED.settings.getLocal(OFFER_OFF) !== null || !hasOldNodes(RED.nodes.createCompleteNodeSet())) return;
  const button = (key: string, act: () => void, kind?: string) => ({
    text: text(key),
    ...(kind === undefined ? {} : { class: kind }),
    click: () => {
      notification.close();
      act();
    },
  });
  const notification = RED.notify($("<p>").text(text("migration.offer")), {
    id: NOTIFICATION,
    fixed: true,
    buttons: [
      button("migration.not-again", () => RED.settings.setLocal(OFFER_OFF, "1")),
      button("migration.not-now", () => undefined),
      button("migration.convert", convert, "primary"),
    ],
  });
}

function convert(): void {
  if (isBusy()) {
    RED.notify(text("migration.busy"), "warning");
    return;
  }
  const before = RED.nodes.createCompleteNodeSet();
  const conversion = convertFlow(before, () => RED.nodes.id());
  if (conversion.converted === 0) {
    RED.notify(text("migration.nothing"), "warning");
    return;
  }
  replaceEverything(before, conversion);
  showReport(conversion);
}

/**
 * Puts the converted flows in place of those before, as the editor does where it merges changes of somebody else. One step of "undo".
 * Credentials that are only typed in come along in `before`; those that are deployed stay on the server, by the ID of their node.
 */
function replaceEverything(before: readonly object[], { flow, made }: Conversion): void {
  const active = RED.workspaces.active();
  const version = RED.nodes.version();
  const { changed, moved } = marksOf(before);
  const dirty = RED.nodes.dirty();
  RED.history.push({ t: "replace", config: before, changed, moved, complete: true, rev: version, dirty });
  RED.nodes.clear();
  RED.nodes.import(flow.map((node) => withDefaults(node, made)));
  RED.nodes.version(version);
  for (const id of new Set([...made, ...Object.keys(changed)])) markChanged(id);
  RED.nodes.dirty(true);
  RED.view.redraw(true);
  RED.palette.refresh();
  RED.workspaces.refresh();
  RED.workspaces.show(active);
  RED.sidebar.config.refresh();
}

function withDefaults(node: unknown, made: readonly string[]): unknown {
  if (!isFlowNode(node) || !made.includes(node.id)) return node;
  const defaults = Object.hasOwn(DEFAULTS, node.type) ? DEFAULTS[node.type] : undefined;
  return { ...defaults, ...node };
}

function marksOf(nodes: readonly object[]): Record<"changed" | "moved", Record<string, boolean>> {
  const marks: Record<"changed" | "moved", Record<string, boolean>> = { changed: {}, moved: {} };
  for (const node of nodes.filter(isFlowNode)) {
    const { changed, moved } = RED.nodes.node(node.id) ?? {};
    if (changed) marks.changed[node.id] = true;
    if (moved) marks.moved[node.id] = true;
  }
  return marks;
}

/** Also in a flow that is locked: otherwise a deploy would leave it out. */
function markChanged(id: string): void {
  const node = RED.nodes.node(id);
  if (!node) return;
  const flow = node.z === undefined ? undefined : (RED.nodes.workspace(node.z) ?? RED.nodes.subflow(node.z));
  const locked = flow?.locked === true;
  if (flow && locked) flow.locked = false;
  node.changed = true;
  if (flow && locked) flow.locked = true;
}
