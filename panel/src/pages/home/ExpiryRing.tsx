import { useEffect, useState } from "react";
import { es } from "../../i18n/es";
import classes from "./LinkCard.module.css";

const RADIUS = 8;
const AROUND = 2 * Math.PI * RADIUS;

/** Seconds until the code is renewed, as a number and as a ring that empties. Mounted anew for each code. */
export function ExpiryRing({ expiresAt }: { expiresAt: string }) {
  const expiresMs = Date.parse(expiresAt);
  const [startMs] = useState(() => Date.now());
  const [nowMs, setNowMs] = useState(startMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, expiresMs - nowMs);
  const share = left / Math.max(1, expiresMs - startMs);
  return (
    <p className={classes.expiry}>
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r={RADIUS} fill="none" stroke="var(--ib-line-strong)" strokeWidth="2.5" />
        <circle
          cx="10"
          cy="10"
          r={RADIUS}
          fill="none"
          stroke="var(--ib-accent)"
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeDasharray={`${AROUND * share} ${AROUND}`}
          transform="rotate(-90 10 10)"
        />
      </svg>
      {es.link.renews(Math.ceil(left / 1000))}
    </p>
  );
}
