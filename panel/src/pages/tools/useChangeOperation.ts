import { useQueryClient } from "@tanstack/react-query";
import { ApiError, wordError } from "../../api/errors";
import { keys } from "../../api/queries";
import type { OperationView } from "../../api/types";
import { es } from "../../i18n/es";

/** Two administrators never overwrite each other: who comes second sees the new state and decides again. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

export function wordChangeError(error: unknown): string {
  return isConflict(error) ? es.tools.conflict : wordError(error);
}

/** What both editors of the operation settings do with the server's answer. */
export function useOperationUpdates() {
  const client = useQueryClient();
  return {
    accept: (operation: OperationView) => client.setQueryData(keys.mode, operation),
    readAnew: () => void client.invalidateQueries({ queryKey: keys.mode }),
  };
}
