/** A path that begins outside the decoded payload finds nothing there, and nothing would say so. */
import { askDeployed, field as partOf } from "../../shared/editor/admin";
import type { Form } from "../../shared/editor/form";

/** Where the decoded payload is, in a message of this node and in the stack's own. */
const OUTSIDE = ["msg", "payload", "tts", "uplink_message", "decoded_payload"];

const firstOf = (path: string): string => /^\w*/.exec(path)?.[0] ?? "";

/** The same path without what leads to the decoded payload, empty where that is all; `undefined` for one that begins inside. */
export function pathInside(path: string): string | undefined {
  let inside = path.trim();
  while (OUTSIDE.includes(firstOf(inside)) && /^\w+(?:\.|$)/.test(inside))
    inside = inside.replace(/^\w+\.?/, "");
  return inside === path.trim() ? undefined : inside;
}

const PAUSE_MS = 300;

/** Shows it in `hint`, unless the devices have sent a field of that name. */
export function makeFieldHint(form: Form, hint: JQuery, words: (inside: string) => string): void {
  let timer: number | undefined;
  const show = async (): Promise<void> => {
    const path = form.value("field");
    const inside = pathInside(path);
    const isSent = inside !== undefined && (await isKnown(form, firstOf(path)));
    if (form.value("field") === path) hint.text(inside === undefined || isSent ? "" : words(inside));
  };
  form.follow(["field", "output", "connection", "devices"], () => {
    window.clearTimeout(timer);
    hint.text("");
    if (pathInside(form.value("field")) !== undefined) timer = window.setTimeout(() => void show(), PAUSE_MS);
  });
}

async function isKnown(form: Form, first: string): Promise<boolean> {
  const query = { list: "fields", typed: first, devices: form.value("devices"), ports: form.value("ports") };
  const answer = await askDeployed("tts-connection", form.value("connection"), "suggestions", query);
  const items: unknown = answer.ok ? Reflect.get(answer.answer, "items") : [];
  return Array.isArray(items) && items.some((item: unknown) => firstOf(partOf(item, "value")) === first);
}
