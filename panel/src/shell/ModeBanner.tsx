import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { OperationView } from "../api/types";
import { es } from "../i18n/es";
import { usePermission } from "../session/useSession";
import classes from "./ModeBanner.module.css";
import { useBot } from "./useBot";

function bannerWords(operation: OperationView): { tone: "bad" | "warn"; title: string; text: string } | null {
  if (operation.mode !== "COMPLETE") {
    const tone = operation.mode === "GATEWAY_ONLY" ? "warn" : "bad";
    return { tone, title: `${es.mode.names[operation.mode]}.`, text: es.mode.banner[operation.mode] };
  }
  if (operation.zones_enabled) {
    return { tone: "warn", title: es.mode.zoneTitle, text: es.mode.zoneBanner(operation.zone_ids.length) };
  }
  return null;
}

/** Anything but normal operation is said on every screen, so that nobody forgets it on. */
export function ModeBanner() {
  const { operation } = useBot();
  const mayOpenTools = usePermission("tools.view");
  const words = operation ? bannerWords(operation) : null;
  if (!words) return null;
  return (
    <div className={classes.banner} data-tone={words.tone} role="status">
      <TriangleAlert size={16} aria-hidden="true" className={classes.icon} />
      <p className={classes.text}>
        <strong>{words.title}</strong> {words.text}
      </p>
      {mayOpenTools && (
        <Link to="/herramientas" className={classes.link}>
          {es.shell.changeMode}
        </Link>
      )}
    </div>
  );
}
