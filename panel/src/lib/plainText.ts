/** One line of a message without WhatsApp's marks, for previews. */
export function plainText(text: string): string {
  return text
    .replace(/```/g, "")
    .replace(/(^|[^\p{L}\p{N}])([*_~])(\S(?:[^\n]*?\S)?)\2(?![\p{L}\p{N}])/gu, "$1$3")
    .replace(/\s+/g, " ")
    .trim();
}
