import { util } from "@node-red/util";

/** As Node-RED takes a property expression apart. */
export const pathOf = (expression: string): readonly (string | number)[] =>
  util.normalisePropertyExpression(expression, undefined as never, false as never);
