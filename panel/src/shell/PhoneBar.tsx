import { ActionIcon } from "@mantine/core";
import { Menu } from "lucide-react";
import { Logo } from "../components/Logo";
import { es } from "../i18n/es";
import { useSession } from "../session/useSession";
import { BotLight } from "./BotStatus";
import { HealthLight } from "./HealthLight";
import classes from "./PhoneBar.module.css";

/** The top bar of narrow screens: the way to the menu, the alerts, and the bot's state in sight. */
export function PhoneBar({ onMenu }: { onMenu: () => void }) {
  const { company } = useSession();
  return (
    <div className={classes.bar}>
      <ActionIcon aria-label={es.shell.openMenu} onClick={onMenu} size={40}>
        <Menu size={20} />
      </ActionIcon>
      <Logo size={24} />
      <span className={classes.name}>{company.name}</span>
      <HealthLight small position="bottom-end" />
      <BotLight />
    </div>
  );
}
