/** The form of a node type, as the build makes it. */
export function formOf(type: string): string;
