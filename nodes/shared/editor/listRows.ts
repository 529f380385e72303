/** Core gives the link that removes a row of an editable list an icon only: without a name a screen reader says "link". */
export const nameRemoval = (row: JQuery): void =>
  void row
    .closest("li")
    .find(".red-ui-editableList-item-remove")
    .attr("aria-label", RED._("common.label.delete"));
