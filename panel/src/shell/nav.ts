import { House, type LucideIcon, MessagesSquare, Send, Settings, Wrench } from "lucide-react";
import type { Permission } from "../api/types";
import { es } from "../i18n/es";

export interface NavEntry {
  to: "/" | "/omnichat/{-$ticketId}" | "/herramientas" | "/avisos" | "/ajustes";
  label: string;
  icon: LucideIcon;
  permission: Permission;
  group: keyof typeof es.shell.groups;
  /** Opens in a tab of its own, as the manual says. */
  newTab?: string;
}

/** The sections in their order. A new screen is one line here and one route. */
export const NAV: readonly NavEntry[] = [
  { to: "/", label: es.shell.home, icon: House, permission: "dashboard.view", group: "general" },
  {
    to: "/omnichat/{-$ticketId}",
    label: es.shell.omnichat,
    icon: MessagesSquare,
    permission: "omnichat.use",
    group: "care",
    newTab: "ispbot-omnichat",
  },
  { to: "/avisos", label: es.shell.notices, icon: Send, permission: "notices.view", group: "history" },
  { to: "/herramientas", label: es.shell.tools, icon: Wrench, permission: "tools.view", group: "settings" },
  { to: "/ajustes", label: es.shell.settings, icon: Settings, permission: "settings.manage", group: "settings" },
];
