import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { ApiError, readProblem } from "./errors";
import type { paths } from "./schema.gen";

type SessionListener = (reason: "expired" | "password_change_required") => void;

let onSessionLost: SessionListener = () => undefined;

/** The router registers here what happens when the server no longer knows us, wherever that shows up. */
export function listenForLostSession(listener: SessionListener): void {
  onSessionLost = listener;
}

/** Tells the application that the session ended (also used by the live socket). */
export function reportLostSession(): void {
  onSessionLost("expired");
}

const ASKS_FOR_CREDENTIALS = new Set(["/api/login", "/api/session"]);

/** Every refusal becomes one kind of error, with the server's own words when it sent some. */
const refusalsAreErrors: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return;
    const error = new ApiError(response.status, await readProblem(response));
    if (error.status === 401 && !ASKS_FOR_CREDENTIALS.has(schemaPath)) onSessionLost("expired");
    if (error.code === "password_change_required") onSessionLost("password_change_required");
    throw error;
  },
};

export const http = createFetchClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });
http.use(refusalsAreErrors);

export const api = createQueryClient(http);
