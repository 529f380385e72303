import type { Command } from "./commands";
import type { EntityChoice } from "./entities";
import type { OwnKey } from "./names";

/** What the properties of the node come to. */
export interface Settings {
  readonly prefix: string;
  readonly base: string;
  /** By the key of the field. */
  readonly entities: ReadonlyMap<string, EntityChoice>;
  readonly automatic: boolean;
  readonly diagnostics: boolean;
  readonly commands: readonly Command[];
  /** Seconds, 0 for no limit; `undefined`: from the interval of the device. */
  readonly expireAfter: number | undefined;
  /** Of our own values, for people. */
  readonly names: Readonly<Record<OwnKey, string>>;
}
