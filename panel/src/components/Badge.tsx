import type { ReactNode } from "react";
import classes from "./Badge.module.css";

export type Tone = "ok" | "warn" | "bad" | "info" | "plain" | "accent";

/** A small coloured word. Colour never stands alone: the word says it. */
export function Badge({ tone, dot = false, children }: { tone: Tone; dot?: boolean; children: ReactNode }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {dot && <span className={classes.dot} />}
      {children}
    </span>
  );
}

/** The state light beside a name. */
export function Light({ tone, pulse = false }: { tone: Tone; pulse?: boolean }) {
  return <span className={classes.light} data-tone={tone} data-pulse={pulse || undefined} aria-hidden="true" />;
}
