import { Check, CheckCheck, CircleAlert, Clock3 } from "lucide-react";
import type { MessageView } from "../../api/types";
import { es } from "../../i18n/es";

type Status = NonNullable<MessageView["status"]>;

const ICONS = { queued: Clock3, sent: Check, delivered: CheckCheck, read: CheckCheck, failed: CircleAlert } as const;
const COLOURS: Partial<Record<Status, string>> = { read: "var(--ib-tick)", failed: "var(--ib-bad-text)" };

/** How far an outgoing message came. */
export function Ticks({ status }: { status: Status }) {
  const Icon = ICONS[status];
  return <Icon size={14} color={COLOURS[status] ?? "currentColor"} role="img" aria-label={es.chat.ticks[status]} />;
}
