import { useSuspenseQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { sessionQuery } from "../api/queries";
import type { Permission, Session } from "../api/types";
import { createTimes, type Times } from "../lib/times";
import { can } from "./permissions";

/** Who is logged in. Only below the routes that require a session. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

export function usePermission(permission: Permission): boolean {
  return can(useSession(), permission);
}

/** Times in the company's zone. */
export function useTimes(): Times {
  const { timezone } = useSession().company;
  return useMemo(() => createTimes(timezone), [timezone]);
}
