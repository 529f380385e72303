/**
 * Offers to convert the old nodes of `node-red-contrib-ttn` where there are any, and does it. On demand it converts core's MQTT nodes for
 * The Things Stack as well: these work, so it shows first what it would do.
 */
import { convertFlow, OLD_TYPES, together, type Conversion } from "./conversion/convert";
import { convertMqtt } from "./conversion/mqtt/convert";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { EVENT_DEFAULTS } from "../../nodes/tts-event/properties";
import { JOIN_DEFAULTS } from "../../nodes/tts-join/properties";
import { PACKAGE } from "../../nodes/shared/package";
import { UPLINK_DEFAULTS } from "../../nodes/tts-uplink/properties";
import type { FlowNode } from "./conversion/flow";
import { descriptionsOf } from "./editor/description";
import { exchange } from "./editor/exchange";
import { showReport, showReview } from "./editor/report";
import { text } from "./editor/text";
import { userNamesFor, type UserNames } from "./editor/userNames";

const ACTION = "the-things-stack:convert-ttn-nodes";
/** Node-RED 3.1 and 4.0 take no text: the editor looks it up. */
const ACTION_LABEL = `${PACKAGE}/tts-migration:migration.action`;
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

/** What hangs on the mouse: nodes that are moved or have just been imported, or a wire of one. */
const HELD = ["MOVING", "MOVING_ACTIVE", "IMPORT_DRAGGING", "DETACHED_DRAGGING", "JOINING", "QUICK_JOINING"];

const isHeld = (): boolean => HELD.some((name) => RED.state[name] === RED.view.state());

const isFormOpen = (): boolean => $("#red-ui-editor-stack .red-ui-tray").length > 0;

/** A user can disable nodes, not a plugin. */
const areNewNodesThere = (): boolean => Object.keys(DEFAULTS).every((type) => RED.nodes.getType(type));

/** Why nodes cannot be exchanged at the moment, as a key of the catalogue. */
function obstacleNow(): string | undefined {
  if (!areNewNodesThere()) return "migration.nodes-disabled";
  if (isHeld()) return "migration.busy";
  return isFormOpen() ? "migration.open-form" : undefined;
}

function watchForOldNodes(): void {
  RED.actions.add(ACTION, convertAll, { label: ACTION_LABEL });
  let timer: number | undefined;
  const offerSoon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => (isHeld() ? offerSoon() : offer()), LOOK_AGAIN_MS);
  };
  // Who has said no, or undone it, is not asked about the same nodes again.
  const seen = new Set<string | undefined>();
  RED.events.on("nodes:add", (node: Added) => {
    if (!isOld(node) || seen.has(node.id)) return;
    seen.add(node.id);
    offerSoon();
  });
}

function hasOldNodes(): boolean {
  let isFound = false;
  const look = (node: Added): void => void (isFound ||= isOld(node));
  RED.nodes.eachNode(look);
  RED.nodes.eachConfig(look);
  return isFound;
}

function offer(): void {
  // Who may not deploy cannot keep what is converted.
  if (!RED.user.hasPermission("flows.write")) return;
  if (RED.settings.getLocal(OFFER_OFF) !== null || !areNewNodesThere() || !hasOldNodes()) return;
  const button = (key: string, act: () => unknown, kind?: string) => ({
    text: text(key),
    ...(kind === undefined ? {} : { class: kind }),
    // It stays while what it offers cannot be done yet.
    click: () => {
      if (act() !== false) notification.close();
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

const isHindered = (): boolean => {
  const obstacle = obstacleNow();
  if (obstacle !== undefined) RED.notify(text(obstacle), "warning");
  return obstacle !== undefined;
};

const newId = (): string => RED.nodes.id();

const oldNodes = (): Conversion => convertFlow(RED.nodes.createCompleteNodeSet(), newId);

/** The old nodes alone. Whether it was done, or at least there was something to do. */
function convert(): boolean {
  if (isHindered()) return false;
  const conversion = oldNodes();
  if (conversion.converted === 0) RED.notify(text("migration.nothing"), "warning");
  else apply(conversion);
  return true;
}

/** MQTT nodes as well, where there are any. */
function convertAll(): void {
  const mqtt = convertMqtt(RED.nodes.createCompleteNodeSet(), newId);
  if (mqtt.notes.length === 0) convert();
  else if (!isHindered()) userNamesFor(mqtt, review);
}

/** What has been reviewed is made again when it is applied: the flows may have been changed meanwhile. */
function review(users: UserNames): void {
  const conversion = (): Conversion => {
    const old = oldNodes();
    return together(old, convertMqtt(old.flow, newId, users));
  };
  showReview(conversion(), () => {
    if (!isHindered()) apply(conversion());
  });
}

function apply(conversion: Conversion): void {
  exchange(conversion, completeNodes(conversion), descriptionsOf(conversion));
  showReport(conversion);
}

/** With what the conversion leaves as it is in a new node, and called as on the canvas before: so they do not grow over their neighbours. */
function completeNodes({ replacements, added }: Conversion): readonly { readonly id: string }[] {
  const complete = (node: FlowNode, label?: string): { readonly id: string } => {
    const defaults = Object.hasOwn(DEFAULTS, node.type) ? DEFAULTS[node.type] : undefined;
    const name = defaults && node.name === "" && label !== undefined ? { name: label } : {};
    return structuredClone({ ...defaults, ...node, ...name });
  };
  return [
    ...replacements.flatMap(({ old, nodes }) => nodes.map((node) => complete(node, labelOf(old)))),
    ...added.map((node) => complete(node)),
  ];
}

function labelOf({ id, type }: FlowNode): string {
  const node = RED.nodes.node(id);
  return !node || node.type === "unknown" ? type : RED.utils.getNodeLabel(node, type);
}

RED.plugins.registerPlugin("tts-migration", { onadd: watchForOldNodes });
