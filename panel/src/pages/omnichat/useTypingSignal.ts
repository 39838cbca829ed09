import { useEffect, useRef } from "react";
import { api } from "../../api/client";

const REPEAT_MS = 5000;
const STOP_AFTER_MS = 8000;

/** Tells colleagues and the customer that somebody writes: at most every five seconds, and when it stops. */
export function useTypingSignal(ticketId: string): { typed: () => void; stopped: () => void } {
  const { mutate } = api.useMutation("post", "/api/tickets/{ticket_id}/typing");
  const lastMs = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = (typing: boolean) => mutate({ params: { path: { ticket_id: ticketId } }, body: { typing } });
  const stopped = () => {
    clearTimeout(timer.current);
    if (lastMs.current === 0) return;
    lastMs.current = 0;
    tell(false);
  };
  const typed = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(stopped, STOP_AFTER_MS);
    if (Date.now() - lastMs.current < REPEAT_MS) return;
    lastMs.current = Date.now();
    tell(true);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { typed, stopped };
}
