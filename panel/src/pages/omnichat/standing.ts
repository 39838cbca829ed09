import type { Session, TicketRow } from "../../api/types";
import { can } from "../../session/permissions";

/**
 * How a ticket stands to the person who looks at it: waiting in the queue, theirs, another agent's (whom administrators
 * and supervisors may help), or closed.
 */
export type Standing = "pending" | "mine" | "override" | "held" | "closed";

export function standing(row: TicketRow, session: Session): Standing {
  if (row.status === "closed") return "closed";
  if (row.status === "pending") return "pending";
  if (row.assignee?.id === session.user.id) return "mine";
  return can(session, "omnichat.all") ? "override" : "held";
}
