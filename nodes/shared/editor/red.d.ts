/**
 * The editor's global `RED`, with the gaps of @types/node-red__editor-client 1.3.11 filled in one place: a validator takes
 * `options` and returns the reason as a string, a property and a credential have a `label`, a node knows its definition, and one that
 * does not exist is `undefined`.
 */
import type {
  EditorNodeInstance,
  EditorNodeProperties,
  EditorRED,
  EditorWidgetTypedInputType,
  EditorWidgetTypedInputTypeDefinition,
} from "node-red";
import type { TextValues } from "../../../src/stack/explanation";

/** A type that a typed input offers. */
export type TypeDefinition = EditorWidgetTypedInputType | EditorWidgetTypedInputTypeDefinition;

/** A node as far as the shared code of the forms looks at it. */
export interface EditedNode {
  readonly id: string;
  readonly _def: {
    readonly defaults: Readonly<Record<string, PropertyDefinition<unknown>>>;
    readonly credentials?: Readonly<Record<string, CredentialDefinition>>;
  };
}

/** The editor takes a reason only from a validator with exactly two parameters. */
export type Validator = (this: EditedNode, value: unknown, options: { label?: string }) => true | string;

export interface PropertyDefinition<V> {
  value: V;
  /** Named in the reason that the editor shows for a missing or invalid value. */
  label: string;
  required?: boolean;
  /** The type of config node that the property refers to. */
  type?: string;
  validate?: Validator;
}

export interface CredentialDefinition {
  type: "text" | "password";
  label: string;
  validate?: Validator;
}

/** The types take `ports` out as reserved; the editor does not use it (searched: 4.0.0, 4.1.15, 5.0.4). */
export type Edited<P extends EditorNodeProperties> = EditorNodeInstance<P> &
  EditedNode &
  Pick<P, keyof P & "ports">;

interface NodeDefinition<P extends EditorNodeProperties, C> {
  category: string;
  /** A text or a key; shown beside the category in the palette. */
  categoryDescription?: string;
  color?: string;
  icon?: string;
  inputs?: 0 | 1;
  outputs?: number;
  defaults: { [K in keyof P]: PropertyDefinition<P[K]> };
  credentials?: { [K in keyof C]-?: CredentialDefinition };
  paletteLabel?(this: Edited<P>): string;
  label?(this: Edited<P>): string;
  labelStyle?(this: Edited<P>): "node_label_italic" | "";
  outputLabels?(this: Edited<P>, index: number): string;
  /** When it is placed in a flow: new, pasted or imported. */
  onadd?(this: Edited<P>): void;
  oneditprepare?(this: Edited<P>): void;
  oneditsave?(this: Edited<P>): void;
  oneditcancel?(this: Edited<P>): void;
  oneditdelete?(this: Edited<P>): void;
  /** Once, when the editor knows the type; for config nodes, too (4.0.0, 4.1.15, 5.0.4). */
  onpaletteadd?(): void;
}

/** A flow or subflow as the workspace keeps it; nothing in it can be changed while it is locked. */
export interface Flow {
  readonly id: string;
  readonly type: string;
  locked?: boolean;
  changed?: boolean;
  /** Its description, Markdown. */
  info?: string;
}

/** A node as the workspace keeps it: on the canvas, or a config node. */
export interface WorkspaceNode {
  readonly id: string;
  readonly type: string;
  readonly _def: { readonly category?: string };
  z?: string;
  /** The group that it is in. */
  g?: string;
  changed?: boolean;
}

/** A group holds the nodes themselves. */
export interface Group {
  readonly id: string;
  readonly nodes: (WorkspaceNode | Group)[];
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A wire; its ends are also inputs, outputs and the status of a subflow. */
export interface Link {
  readonly source: LinkEnd;
  readonly sourcePort: number;
  readonly target: LinkEnd;
}

export type LinkEnd = Pick<WorkspaceNode, "id" | "z">;

/** A config node as the editor keeps it. */
export interface ConfigNode {
  readonly id: string;
  readonly type: string;
  /** The tab or subflow that it belongs to; absent or empty: to all. */
  readonly z?: string;
  /** Disabled. */
  readonly d?: boolean;
  /** `undefined`: not validated yet. */
  readonly valid?: boolean;
  readonly users?: readonly EditedNode[];
}

export interface NotificationOptions {
  /** One notification at a time has it. */
  id: string;
  /** Stays until it is closed. */
  fixed: true;
  width?: number;
  buttons: readonly { text: string; class?: string; click: () => void }[];
}

/** A step of "undo" that is done by a function: "redo" calls the same one. The types know it without. */
interface StepByFunction {
  t: "multi";
  events: readonly [];
  dirty: boolean;
  callback: () => void;
}

declare global {
  const RED: Omit<
    EditorRED,
    | "nodes"
    | "editor"
    | "sidebar"
    | "utils"
    | "history"
    | "actions"
    | "settings"
    | "workspaces"
    | "notify"
    | "clipboard"
    | "view"
    | "state"
    | "group"
    | "events"
  > & {
    notify(message: string, type: "warning"): unknown;
    notify(message: JQuery, options: NotificationOptions): HTMLElement & { close(): void };
    workspaces: { refresh(): void };
    editor: { validateNode(node: object): boolean };
    sidebar: { config: { refresh(): void } };
    history: { push(event: StepByFunction): void };
    view: {
      /** What the mouse is doing: one of `RED.state`. */
      state(): number;
      select(selection: null): void;
      redraw(updateActive?: boolean, isSynchronous?: boolean): void;
      reveal(id: string, triggerHighlight: boolean): void;
    };
    state: Readonly<Record<string, number>>;
    group: { markDirty(group: Group): void };
    events: {
      on(event: "nodes:add" | "nodes:change" | "nodes:remove", handler: (node: ConfigNode) => void): void;
      on(event: "deploy" | "editor:open", handler: () => void): void;
      emit(event: "nodes:remove", node: WorkspaceNode): void;
      emit(event: "flows:change" | "subflows:change", flow: Flow): void;
    };
    actions: { add(name: string, handler: () => void, options: { label: string }): void };
    plugins: { registerPlugin(id: string, definition: { onadd(): void }): void };
    settings: { getLocal(key: string): string | null; setLocal(key: string, value: string): void };
    nodes: {
      id(): string;
      createCompleteNodeSet(): object[];
      add(node: WorkspaceNode): void;
      remove(id: string): void;
      /** With `importMap` a config node takes the place of another of its ID; with `reimport` nodes stay in their flows. */
      import(
        nodes: readonly unknown[],
        options: {
          importMap: Readonly<Record<string, "import">>;
          reimport: true;
          markChanged: true;
        },
      ): unknown;
      eachNode(act: (node: WorkspaceNode) => unknown): void;
      eachConfig(act: (node: WorkspaceNode & ConfigNode) => unknown): void;
      eachLink(act: (link: Link) => unknown): void;
      addLink(link: Link): void;
      removeLink(link: Link): void;
      group(id: string): Group | undefined;
      groups(flow: string): readonly Group[];
      /** Groups, then nodes. */
      getNodeOrder(flow: string): readonly string[];
      setNodeOrder(flow: string, order: readonly string[]): void;
      /** Changes with every deploy. */
      version(): string;
      dirty(): boolean;
      dirty(dirty: boolean): void;
      workspace(id: string): Flow | undefined;
      subflow(id: string): Flow | undefined;
      registerType<P extends EditorNodeProperties, C = object>(
        type: string,
        definition: NodeDefinition<P, C>,
      ): void;
      node(id: string): WorkspaceNode | undefined;
      getType(type: string): object | null | undefined;
    };
    comms: {
      /** What the run time tells every editor; what it keeps is told at once. */
      subscribe(topic: string, listener: () => void): void;
    };
    clipboard: {
      /** Copies also where the page has no access to the clipboard; says so beside the element. */
      copyText(value: string, element: JQuery, messageKey: string): boolean;
    };
    utils: {
      getNodeLabel(node: WorkspaceNode, defaultLabel: string): string;
      /** Throws for a text that is no property expression. */
      normalisePropertyExpression(expression: string): (string | number | object)[];
      /** With options it gives the reason of an invalid value, whatever the type. */
      validateTypedProperty(value: string, type: string, options: object): true | string;
    };
    /** Looks a text up: `namespace:key`. The namespace of a package's own catalogue is `package/set`. */
    _(key: string, values?: TextValues): string;
  };
}
