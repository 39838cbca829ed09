export type Body = Record<string, unknown>;

/** A template's body as it is edited. */
export const showBody = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body, null, 2));

/** What was typed as a body. A text that is no JSON object stays a text: it is kept while it is edited, and never valid. */
export function readBody(text: string): Body | string {
  try {
    const read: unknown = JSON.parse(text);
    return isBody(read) ? read : text;
  } catch {
    return text;
  }
}

export const isBody = (read: unknown): read is Body =>
  typeof read === "object" && read !== null && !Array.isArray(read);
