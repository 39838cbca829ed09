import { Link } from "@tanstack/react-router";
import { type LucideIcon, MessageSquareShare, Plug } from "lucide-react";
import { PageHead } from "../../components/PageHead";
import { es } from "../../i18n/es";
import classes from "./Settings.module.css";

const CARDS: readonly {
  to: "/ajustes/integraciones" | "/ajustes/avisos";
  name: "crm" | "notices";
  icon: LucideIcon;
}[] = [
  { to: "/ajustes/integraciones", name: "crm", icon: Plug },
  { to: "/ajustes/avisos", name: "notices", icon: MessageSquareShare },
];

/** The manual's grid of modules: one card per module that there is. */
export function SettingsPage() {
  return (
    <div className={classes.page}>
      <PageHead title={es.settings.title} intro={es.settings.intro} />
      <h2 className={classes.group}>{es.settings.groups.connections}</h2>
      <div className={classes.grid}>
        {CARDS.map(({ to, name, icon: Icon }) => (
          <Link key={to} to={to} className={classes.tile}>
            <Icon size={18} aria-hidden="true" className={classes.tileIcon} />
            <span>
              <span className={classes.tileName}>{es.settings.cards[name][0]}</span>
              <span className={classes.hint}>{es.settings.cards[name][1]}</span>
            </span>
          </Link>
        ))}
      </div>
    </div>
  );
}
