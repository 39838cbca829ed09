import type { Permission, Session } from "../api/types";

/** May this be done? The server enforces the same table; here it hides and explains. */
export function can(session: Session, permission: Permission): boolean {
  return session.permissions.includes(permission);
}

/** Where a person lands after logging in: operators have OmniChat and nothing else. */
export function landingPath(session: Session): "/" | "/omnichat/{-$ticketId}" {
  return can(session, "dashboard.view") ? "/" : "/omnichat/{-$ticketId}";
}
