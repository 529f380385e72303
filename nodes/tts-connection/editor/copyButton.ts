import { text } from "../../shared/editor/text";

/** A button that copies what stands in the form at that time. */
export function copyButton(label: string, value: () => string): JQuery {
  const button = $("<button>", {
    type: "button",
    class: "red-ui-button red-ui-button-small tts-copy",
    "aria-label": text("option.copy", { label }),
    title: text("option.copy", { label }),
  }).append($("<i>", { class: "fa fa-copy", "aria-hidden": "true" }));
  return button.on("click", () => {
    RED.clipboard.copyText(value(), button, "clipboard.copyMessageValue");
  });
}
