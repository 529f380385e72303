/** What can be read off the code of a function node without running it. */

import { textIn, type FlowNode } from "./flow";

/** Characters. What is longer is no code that a person wrote. */
const LONGEST = 50_000;
const MOST_PARTS = 50;

export const codeIn = (node: FlowNode, property: string): string => textIn(node, property).slice(0, LONGEST);

const LITERAL = /(["'`])((?:(?!\1)[^\\\n])*)\1/g;

/** Text between quotes, as it stands in the code. */
export function literalsIn(code: string): readonly string[] {
  return [...code.matchAll(LITERAL)].map(([, , text = ""]) => text);
}

/** The parts of a code that have to do with a property, each as short as can be: `dev_id: isOpen ? "a" : "b"`. */
export function partsAbout(code: string, property: RegExp): readonly string[] {
  return code.split(/[;\n{},]/).filter((part) => property.test(part));
}

/** Literals that are given to a property or a variable, not those that something is compared with. */
function literalsGiven(expression: string): readonly string[] {
  const compared = /[=!]==?\s*(["'`])(?:(?!\1)[^\\\n])*\1|(["'`])(?:(?!\2)[^\\\n])*\2\s*[=!]==?/g;
  return literalsIn(expression.replace(compared, ""));
}

const ASSIGNED = /\bpayload["']?\]?\s*(?::|=(?!=))(.*)$/;
const NAME = /^\s*([A-Za-z_$][\w$]*)\s*$/;

/** The literals that a code makes a message's payload of, directly or by way of a variable. */
export function payloadLiterals(code: string): readonly string[] {
  return partsAbout(code, ASSIGNED)
    .slice(0, MOST_PARTS)
    .flatMap((part) => {
      const expression = ASSIGNED.exec(part)?.[1] ?? "";
      const variable = NAME.exec(expression)?.[1];
      if (variable === undefined) return literalsGiven(expression);
      const set = new RegExp(`(?:^|[^.\\w$])${variable.replace(/\$/g, "\\$")}\\s*=(?!=)(.*)$`);
      return partsAbout(code, set).flatMap((one) => literalsGiven(set.exec(one)?.[1] ?? ""));
    });
}
