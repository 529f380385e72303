import type { Node } from "node-red";
import { tabOf } from "../shared/red";

/** The nodes that use a connection, by the tab they are on. */
export class Audience {
  readonly #users = new Set<Node>();

  add(user: Node): void {
    this.#users.add(user);
  }

  /** Returns the tab that now has no user any more, if it is so. */
  remove(user: Node): string | undefined {
    this.#users.delete(user);
    const left = tabOf(user);
    return [...this.#users].some((other) => tabOf(other) === left) ? undefined : left;
  }

  /**
   * One user of each tab, by ID: Node-RED hands what a config node reports to the Catch and Status nodes of each of its users,
   * so two users on a tab would mean two reports there. A user on the tab itself goes before one within a subflow.
   * @param served tabs to leave out; those returned are added to it
   */
  oneUserPerTab(served = new Set<string>()): Record<string, Node> {
    const chosen = new Map<string, Node>();
    for (const user of this.#users) {
      const tab = tabOf(user);
      if (!served.has(tab) && (!chosen.has(tab) || user.z === tab)) chosen.set(tab, user);
    }
    for (const tab of chosen.keys()) served.add(tab);
    return Object.fromEntries([...chosen.values()].map((user) => [user.id, user]));
  }
}
