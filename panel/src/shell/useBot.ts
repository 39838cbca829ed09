import { useQuery } from "@tanstack/react-query";
import { modeQuery, whatsappQuery } from "../api/queries";
import type { LinkView, OperationView } from "../api/types";
import type { Tone } from "../components/Badge";
import { usePermission } from "../session/useSession";

export const LINK_TONE: Record<LinkView["state"], Tone> = { connected: "ok", waiting_qr: "warn", disconnected: "bad" };

/** The link and the mode as far as this role may know them: asked for once, then kept fresh by the socket. */
export function useBot(): { link: LinkView | undefined; operation: OperationView | undefined } {
  const link = useQuery({ ...whatsappQuery, enabled: usePermission("dashboard.view") });
  const operation = useQuery({ ...modeQuery, enabled: usePermission("tools.view") });
  return { link: link.data, operation: operation.data };
}
