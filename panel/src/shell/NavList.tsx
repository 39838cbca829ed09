import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { countsQuery } from "../api/queries";
import { es } from "../i18n/es";
import { can } from "../session/permissions";
import { useSession } from "../session/useSession";
import classes from "./NavList.module.css";
import { NAV, type NavEntry } from "./nav";

interface NavListProps {
  small: boolean;
  onNavigate?: () => void;
}

/** The sections this role has, in their groups. */
export function NavList({ small, onNavigate }: NavListProps) {
  const session = useSession();
  const pending = useQuery(countsQuery).data?.pending ?? 0;
  const entries = NAV.filter((entry) => can(session, entry.permission));
  const groups = Object.keys(es.shell.groups) as NavEntry["group"][];
  return (
    <nav aria-label={es.shell.mainNav} className={classes.nav} data-small={small || undefined}>
      {groups.map((group) => {
        const items = entries.filter((entry) => entry.group === group);
        if (items.length === 0) return null;
        return (
          <div key={group} className={classes.group}>
            {!small && <div className={classes.heading}>{es.shell.groups[group]}</div>}
            {items.map((entry) => (
              <NavItem
                key={entry.to}
                entry={entry}
                small={small}
                badge={entry.permission === "omnichat.use" ? pending : 0}
                {...(onNavigate && { onNavigate })}
              />
            ))}
          </div>
        );
      })}
    </nav>
  );
}

function NavItem({ entry, small, badge, onNavigate }: NavListProps & { entry: NavEntry; badge: number }) {
  const { pathname } = useLocation();
  const [, section] = entry.to.split("/");
  const active = pathname.split("/")[1] === section;
  const Icon = entry.icon;
  const opensTab = entry.newTab !== undefined && !active;
  return (
    <Tooltip label={entry.label} position="right" disabled={!small}>
      <Link
        to={entry.to}
        className={classes.item}
        data-active={active || undefined}
        aria-current={active ? "page" : undefined}
        onClick={onNavigate}
        {...(opensTab ? { target: entry.newTab } : {})}
      >
        <Icon size={17} aria-hidden="true" className={classes.icon} />
        <span className={small ? "visually-hidden" : classes.label}>{entry.label}</span>
        {badge > 0 && (
          <span className={classes.badge}>
            <span aria-hidden="true">{badge > 99 ? "99+" : badge}</span>
            <span className="visually-hidden">, {es.shell.waiting(badge)}</span>
          </span>
        )}
        {opensTab && <span className="visually-hidden">, {es.common.newTab}</span>}
      </Link>
    </Tooltip>
  );
}
