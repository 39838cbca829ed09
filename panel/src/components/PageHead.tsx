import { type ReactNode, useEffect } from "react";
import { es } from "../i18n/es";
import classes from "./PageHead.module.css";

/** Title of a screen, also of the browser's tab. */
export function PageHead({ title, intro, action }: { title: string; intro?: ReactNode; action?: ReactNode }) {
  useTabTitle(title);
  return (
    <header className={classes.head}>
      <div className={classes.words}>
        <h1 className={classes.title}>{title}</h1>
        {intro && <p className={classes.intro}>{intro}</p>}
      </div>
      {action}
    </header>
  );
}

export function useTabTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${es.product}`;
  }, [title]);
}
