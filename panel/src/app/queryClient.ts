import { QueryClient } from "@tanstack/react-query";
import { isTransient } from "../api/errors";

const MAX_RETRIES = 2;

/**
 * Server state. The socket keeps it fresh, so nothing is asked again on focus; `always`, because the panel often runs on
 * a network without internet, where browsers claim to be offline.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < MAX_RETRIES && isTransient(error),
    },
    mutations: { networkMode: "always", retry: false },
  },
});
