/** Core gives the link that removes a row of an editable list an icon only: without a name a screen reader says "link". */
export const nameRemoval = (row: JQuery): void =>
  void row
    .closest("li")
    .find(".red-ui-editableList-item-remove")
    .attr("aria-label", RED._("common.label.delete"));

/** Those of an editable list but for one that was removed: it fades away before it is gone. */
export const rowsIn = (list: JQuery): JQuery[] =>
  list
    .editableList("items")
    .toArray()
    .map((item: HTMLElement) => $(item))
    .filter((item) => item.closest(".red-ui-editableList-item-deleting").length === 0);

/** For when the editor tells of a change before it is made; the form may be closed by then. */
export const onceChanged = (list: JQuery, act: () => void): void =>
  void setTimeout(() => {
    if (list[0]?.isConnected === true) act();
  });
