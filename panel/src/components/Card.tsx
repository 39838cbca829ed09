import type { ReactNode } from "react";
import classes from "./Card.module.css";

interface CardProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

/** A white box with a heading: the unit of every screen. */
export function Card({ title, aside, children, className }: CardProps) {
  return (
    <section className={[classes.card, className].filter(Boolean).join(" ")} aria-label={title}>
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        {aside && <div className={classes.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  );
}
