/** Shows what belongs to one of several choices: the elements whose attribute lists it. */
export function showOnly(attribute: string, choice: string): void {
  $(`.tts-form [${attribute}]`).each((_, element) => {
    $(element).toggle((element.getAttribute(attribute) ?? "").split(" ").includes(choice));
  });
}
