import { ApiError } from "../../api/errors";

/** The server's words about one field of a form, where it named it ("form.mikrowisp.url", "mikrowisp.token"). */
export function fieldError(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError) || error.field === null) return null;
  return error.field === field || error.field.endsWith(`.${field}`) ? error.message : null;
}
