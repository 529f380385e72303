/** What a form can ask for: values that were seen in the traffic of a connection. Usable in the browser. */
export const SUGGESTION_LISTS = ["devices", "ports", "fields", "gateways"] as const;

export type SuggestionList = (typeof SUGGESTION_LISTS)[number];
