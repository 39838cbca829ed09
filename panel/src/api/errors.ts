import { es } from "../i18n/es";

/** The body of every refusal of panel-api. */
export interface Problem {
  code: string;
  message: string;
  field: string | null;
  details: Readonly<Record<string, unknown>> | null;
}

/** panel-api answered, and said no. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;

  constructor(status: number, problem: Problem | null) {
    super(problem?.message ?? "");
    this.status = status;
    this.code = problem?.code ?? `http_${status}`;
    this.field = problem?.field ?? null;
    this.details = problem?.details ?? null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The problem body of an answer; null when something else than panel-api answered (a proxy's page). */
export async function readProblem(response: Response): Promise<Problem | null> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  if (!isRecord(body) || typeof body.code !== "string" || typeof body.message !== "string") return null;
  return {
    code: body.code,
    message: body.message,
    field: typeof body.field === "string" ? body.field : null,
    details: isRecord(body.details) ? body.details : null,
  };
}

/** Says any failure in Spanish. The server words its own refusals; here is what remains when it could not. */
export function wordError(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.message) return error.message;
    if (error.status === 413) return es.errors.tooLarge;
    if (error.status === 429) return es.errors.tooMany;
    if (error.status >= 500) return es.errors.unavailable;
    return es.errors.unexpected(error.status);
  }
  if (error instanceof TypeError) return es.errors.offline;
  return es.errors.unknown;
}

export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.status === 403;
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** Worth asking again without a person: the network or the server was away; a refusal stays a refusal. */
export function isTransient(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 502;
}
