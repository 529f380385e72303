/** What a node without a name is called in a flow. */

const LONGEST = 30;

/** What a node lets through, shortened; empty for everything. */
export function filterText(devices: string | undefined, ports?: string): string {
  const parts = [devices, ports].map((part) => (part ?? "").trim()).filter((part) => part !== "");
  const text = parts.join(" · ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
