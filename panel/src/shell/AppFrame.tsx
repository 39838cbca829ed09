import { Outlet, useLocation, useMatches, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { es } from "../i18n/es";
import { useLive } from "../live/useLive";
import { ForbiddenPage } from "../pages/ForbiddenPage";
import { can } from "../session/permissions";
import { useSession } from "../session/useSession";
import classes from "./AppFrame.module.css";
import { ConnectionNotice } from "./ConnectionNotice";
import { ModeBanner } from "./ModeBanner";
import { PhoneBar } from "./PhoneBar";
import { Sidebar } from "./Sidebar";

/** What surrounds every screen of somebody who is logged in. */
export function AppFrame() {
  const session = useSession();
  useLive(session.user.id);
  const needed = useMatches({ select: (matches) => matches.at(-1)?.staticData.permission });
  const allowed = needed === undefined || can(session, needed);
  const [menuOpen, setMenuOpen] = useState(false);
  const { pathname } = useLocation();
  const { ticketId } = useParams({ strict: false });
  const chat = pathname.startsWith("/omnichat");

  return (
    <div className={classes.frame}>
      <a href="#contenido" className="skip-link">
        {es.common.skip}
      </a>
      <Sidebar rail={chat} open={menuOpen} onClose={() => setMenuOpen(false)} />
      <div className={classes.column}>
        {!(chat && ticketId) && <PhoneBar onMenu={() => setMenuOpen(true)} />}
        <ConnectionNotice />
        <ModeBanner />
        <main id="contenido" className={classes.main} data-chat={chat || undefined} tabIndex={-1}>
          {allowed ? <Outlet /> : <ForbiddenPage />}
        </main>
      </div>
    </div>
  );
}
