import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { es } from "../i18n/es";
import { useLinkStatus } from "../live/liveState";
import classes from "./ConnectionNotice.module.css";

/** A blink of the network is not worth a word. */
const GRACE_MS = 1500;

/** Says that what is on the screen may be old, while the socket is away. */
export function ConnectionNotice() {
  const away = useLinkStatus() === "reconnecting";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!away) {
      setShown(false);
      return undefined;
    }
    const timer = setTimeout(() => setShown(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [away]);
  if (!shown) return null;
  return (
    <div className={classes.notice} role="status">
      <WifiOff size={15} aria-hidden="true" />
      <strong>{es.shell.reconnecting}</strong>
      <span className={classes.hint}>{es.shell.reconnectingHint}</span>
    </div>
  );
}
