import { Button, Loader } from "@mantine/core";
import { CircleAlert, Lock, type LucideIcon, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { isForbidden, wordError } from "../api/errors";
import { es } from "../i18n/es";
import classes from "./States.module.css";

interface MessageProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  role?: "alert" | "status";
}

/** A calm sentence in the middle of an area: nothing here, not allowed, not found. */
export function Message({ icon: Icon, title, children, action, role }: MessageProps) {
  return (
    <div className={classes.message} role={role}>
      <span className={classes.icon}>
        <Icon size={20} aria-hidden="true" />
      </span>
      <p className={classes.title}>{title}</p>
      {children && <p className={classes.text}>{children}</p>}
      {action}
    </div>
  );
}

/** What to show when a question failed: the server's words, and another try where one can help. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (isForbidden(error)) {
    return (
      <Message icon={Lock} title={es.errors.forbiddenTitle} role="alert">
        {wordError(error)}
      </Message>
    );
  }
  const retry = onRetry && (
    <Button variant="default" leftSection={<RotateCw size={14} />} onClick={onRetry}>
      {es.common.retry}
    </Button>
  );
  return (
    <Message icon={CircleAlert} title={es.errors.title} role="alert" action={retry}>
      {wordError(error)}
    </Message>
  );
}

export function Waiting({ label = es.common.loading }: { label?: string }) {
  return (
    <div className={classes.message} role="status" aria-label={label}>
      <Loader size="sm" type="dots" />
    </div>
  );
}
