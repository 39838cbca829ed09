import { ActionIcon, Drawer, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { ChevronsLeft, ChevronsRight, Moon, Sun } from "lucide-react";
import { Logo } from "../components/Logo";
import { es } from "../i18n/es";
import { useSession } from "../session/useSession";
import { BotCard, BotLight } from "./BotStatus";
import { HealthLight } from "./HealthLight";
import { NavList } from "./NavList";
import classes from "./Sidebar.module.css";
import { UserMenu } from "./UserMenu";

const PHONE = "(max-width: 640px)";
const NARROW = "(max-width: 900px)";

interface SidebarProps {
  /** OmniChat needs the room: icons only. */
  rail: boolean;
  open: boolean;
  onClose: () => void;
}

/** The sections: wide, a rail of icons, or a drawer on phones. */
export function Sidebar({ rail, open, onClose }: SidebarProps) {
  const phone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false });
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const [small, setSmall] = useLocalStorage({
    key: "ispbot-rail",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  if (phone) {
    return (
      <Drawer opened={open} onClose={onClose} size={272} padding={0} withCloseButton={false} title={undefined}>
        <SidebarBody small={false} onNavigate={onClose} />
      </Drawer>
    );
  }
  const forced = rail || narrow;
  return <SidebarBody small={forced || small} {...(!forced && { onResize: () => setSmall(!small) })} />;
}

function SidebarBody({
  small,
  onResize,
  onNavigate,
}: {
  small: boolean;
  onResize?: () => void;
  /** Of the drawer of phones: their top bar shows the alerts. */
  onNavigate?: () => void;
}) {
  const { company } = useSession();
  return (
    <div className={classes.sidebar} data-small={small || undefined}>
      <div className={classes.brand}>
        <Logo size={26} />
        {!small && (
          <div className={classes.names}>
            <div className={classes.company}>{company.name}</div>
            <div className={classes.product}>{es.product}</div>
          </div>
        )}
      </div>
      <NavList small={small} {...(onNavigate && { onNavigate })} />
      <div className={classes.foot}>
        {!onNavigate && <HealthLight small={small} />}
        {small ? <BotLight /> : <BotCard />}
        <div className={classes.tools}>
          <UserMenu small={small} />
          <ThemeSwitch />
          {onResize && (
            <ActionIcon aria-label={small ? es.shell.expand : es.shell.collapse} onClick={onResize}>
              {small ? <ChevronsRight size={17} /> : <ChevronsLeft size={17} />}
            </ActionIcon>
          )}
        </div>
      </div>
    </div>
  );
}

function ThemeSwitch() {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const { setColorScheme } = useMantineColorScheme();
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip label={es.shell.theme(next)} position="right">
      <ActionIcon aria-label={es.shell.theme(next)} onClick={() => setColorScheme(next)}>
        {next === "dark" ? <Moon size={17} /> : <Sun size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}
