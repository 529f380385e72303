/** Asks the admin API about a connection as it is deployed. */

import { environmentVariable } from "../../../src/stack/environment";

/** Why there is no answer. */
export type Refusal = "not_chosen" | "in_subflow" | "not_deployed" | "disabled" | "not_allowed" | "no_answer";

export type Answer =
  { readonly ok: true; readonly answer: object } | { readonly ok: false; readonly refusal: Refusal };

const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: "not_allowed",
  403: "not_allowed",
  404: "not_deployed",
};

/** A part of an answer as text; empty for what is not there. */
export function field(answer: unknown, name: string): string {
  const value: unknown =
    typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
  const isShort = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isShort ? String(value) : "";
}

/** Who may deploy may have the key used from a form: the same would be done after a deploy. */
export const mayAsk = (): boolean =>
  RED.user.hasPermission("tts-connection.write") && RED.user.hasPermission("flows.write");

/** What is in a subflow is deployed once for each of its instances, and not under its own ID. */
function isOfSubflow(connection: string): boolean {
  const flow: unknown = Reflect.get(RED.nodes.node(connection) ?? {}, "z");
  return environmentVariable(connection) !== undefined || (typeof flow === "string" && isSubflow(flow));
}

/** A config node that is disabled, or belongs to a flow that is, is deployed, and is not there. */
function isDisabled(connection: string): boolean {
  const node = RED.nodes.node(connection);
  const flow = node?.z === undefined ? undefined : RED.nodes.workspace(node.z);
  return Reflect.get(node ?? {}, "d") === true || Reflect.get(flow ?? {}, "disabled") === true;
}

function refusalOf(status: number, connection: string): Refusal {
  const refusal = REFUSALS[status] ?? "no_answer";
  return refusal === "not_deployed" && isDisabled(connection) ? "disabled" : refusal;
}

const isSubflow = (id: string): boolean => Boolean(RED.nodes.subflow(id));

/**
 * Never rejects.
 * @param connection ID of the config node, or of the node whose form it is; what stands in the form while none is chosen is none
 * @param body makes it a POST request
 */
export async function askDeployed(
  type: "tts-connection" | "tts-uplink" | "tts-downlink" | "tts-watch",
  connection: string,
  question: string,
  query: Readonly<Record<string, string | boolean>>,
  body?: object,
): Promise<Answer> {
  if (connection === "" || connection === "_ADD_") return { ok: false, refusal: "not_chosen" };
  if (isOfSubflow(connection)) return { ok: false, refusal: "in_subflow" };
  return new Promise((resolve) => {
    const url = `${type}/${encodeURIComponent(connection)}/${question}`;
    const get = { url, data: query, dataType: "json" } as const;
    const post = {
      ...get,
      url: `${url}?${$.param(query)}`,
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify(body),
    };
    $.ajax(body === undefined ? get : post)
      .done((answer: unknown) => {
        const isObject = typeof answer === "object" && answer !== null;
        resolve(isObject ? { ok: true, answer } : { ok: false, refusal: "no_answer" });
      })
      .fail(({ status }) => resolve({ ok: false, refusal: refusalOf(status, connection) }));
  });
}
