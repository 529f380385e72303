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

export type TextValues = Readonly<Record<string, string | number>>;

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
  outputLabels?(this: Edited<P>): string;
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
export interface Lockable {
  locked?: boolean;
}

/** A node on the canvas, as far as its marks are set. */
export interface Marked {
  z?: string;
  changed?: boolean;
  moved?: boolean;
}

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

/** The event after which "undo" brings back all flows as they were. The types know it without `complete` and `moved`. */
interface ReplacedEverything {
  t: "replace";
  config: readonly object[];
  changed: Readonly<Record<string, boolean>>;
  moved: Readonly<Record<string, boolean>>;
  complete: true;
  rev: string;
  dirty: boolean;
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
  > & {
    notify(message: string, type: "warning"): unknown;
    notify(message: JQuery, options: NotificationOptions): HTMLElement & { close(): void };
    workspaces: { active(): string; show(id: string): void; refresh(): void };
    editor: { validateNode(node: object): boolean };
    sidebar: { config: { refresh(): void } };
    history: { push(event: ReplacedEverything): void };
    actions: { add(name: string, handler: () => void, options: { label: string }): void };
    settings: { getLocal(key: string): string | null; setLocal(key: string, value: string): void };
    nodes: {
      id(): string;
      createCompleteNodeSet(): object[];
      clear(): void;
      import(nodes: readonly unknown[]): unknown;
      version(): string;
      version(version: string): void;
      dirty(): boolean;
      dirty(dirty: boolean): void;
      workspace(id: string): Lockable | undefined;
      subflow(id: string): Lockable | undefined;
      registerType<P extends EditorNodeProperties, C = object>(
        type: string,
        definition: NodeDefinition<P, C>,
      ): void;
      node(id: string): (object & Marked) | undefined;
      eachConfig(callback: (node: ConfigNode) => void): void;
    };
    clipboard: {
      /** Copies also where the page has no access to the clipboard; says so beside the element. */
      copyText(value: string, element: JQuery, messageKey: string): boolean;
    };
    utils: {
      /** Throws for a text that is no property expression. */
      normalisePropertyExpression(expression: string): (string | number | object)[];
      /** With options it gives the reason of an invalid value, whatever the type. */
      validateTypedProperty(value: string, type: string, options: object): true | string;
    };
    /** Looks a text up: `namespace:key`. The namespace of a package's own catalogue is `package/set`. */
    _(key: string, values?: TextValues): string;
  };
}
