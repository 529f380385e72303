import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** So that only what is held counts. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
}
