/** The form of a connection as far as pasting needs it, without a browser. */
type Handler = (event: { originalEvent: unknown }) => void;

interface PastingModule {
  readonly followPastes: (form: unknown, note: unknown, onHost: () => void) => void;
}

class FakeClipboardEvent {
  readonly clipboardData: { getData: () => string };

  constructor(text: string) {
    this.clipboardData = { getData: () => text };
  }

  preventDefault(): void {
    // Nothing would happen otherwise.
  }
}

Object.assign(globalThis, { ClipboardEvent: FakeClipboardEvent, RED: { _: (key: string) => key } });

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it is typed for a browser
const { followPastes } = require("../../../nodes/tts-connection/editor/pasting") as PastingModule;

const values = new Map<string, string | boolean>();
const handlers = new Map<string, Handler>();
const form = {
  value: (name: string): string => String(values.get(name) ?? ""),
  set: (name: string, value: string) => void values.set(name, value),
  check: (name: string, value: boolean) => void values.set(name, value),
  isChecked: (name: string): boolean => values.get(name) === true,
  input: (name: string) => {
    const input = {
      on: (event: string, handler: Handler) => {
        handlers.set(`${name} ${event}`, handler);
        return input;
      },
    };
    return input;
  },
};
followPastes(form, { text: () => undefined }, () => undefined);

/** @param typed entered by hand, in place of pasted */
export function pasteInto(field: string, text: string, service: string, typed: boolean): void {
  values.clear();
  values.set("service", service);
  if (typed) values.set(field, text);
  handlers.get(`${field} ${typed ? "change" : "paste"}`)?.({ originalEvent: new FakeClipboardEvent(text) });
}
