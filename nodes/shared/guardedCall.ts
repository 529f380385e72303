import type { Node } from "node-red";
import { accident, type FlowError } from "./text";

/**
 * Gives something to Node-RED out of a callback, where a throw would end the process: Node-RED copies what goes to Catch and Complete
 * nodes and to several others, and what a flow has nested thousands deep it cannot copy. Then Catch gets the error without the message.
 * @param error what it is about, where that is an error
 */
export function guardedCall(node: Node, give: () => void, error?: FlowError): void {
  try {
    give();
  } catch (thrown) {
    node.error(error ?? accident(thrown), {});
  }
}
