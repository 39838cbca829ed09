import { type FloatingPosition, Popover, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { healthQuery } from "../api/settings";
import { AlertList } from "../components/AlertList";
import { es } from "../i18n/es";
import { usePermission } from "../session/useSession";
import classes from "./HealthLight.module.css";

interface HealthLightProps {
  small: boolean;
  position?: FloatingPosition;
}

/** Shown on every screen while a part does not work; nothing while all is well. */
export function HealthLight({ small, position = "right-end" }: HealthLightProps) {
  const health = useQuery({ ...healthQuery, enabled: usePermission("dashboard.view") });
  const alerts = health.data?.alerts ?? [];
  if (alerts.length === 0) return null;
  const label = es.system.health.indicator(alerts.length);
  const level = alerts.some((alert) => alert.level === "bad") ? "bad" : "warn";
  return (
    <Popover position={position} width="min(360px, 100vw - 24px)" shadow="md" withArrow>
      <Popover.Target>
        <UnstyledButton
          className={classes.button}
          data-level={level}
          data-small={small || undefined}
          aria-label={label}
        >
          <TriangleAlert size={16} aria-hidden="true" />
          {!small && <span>{label}</span>}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.list} aria-label={es.system.health.title}>
        <AlertList alerts={alerts} />
      </Popover.Dropdown>
    </Popover>
  );
}
