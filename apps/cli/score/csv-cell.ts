const SPECIAL = /[",\r\n]|^\s|\s$/;

/** A cell of a comma-separated line, in quotes if it needs them. */
export function csvCell(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
