import { useRouter } from "@tanstack/react-router";
import { Failure } from "../components/States";

/** A screen that broke, or data without which it can not stand. */
export function ErrorPage({ error }: { error: unknown }) {
  const router = useRouter();
  return <Failure error={error} onRetry={() => void router.invalidate()} />;
}
