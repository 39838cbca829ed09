import { Button, type ButtonProps, Tooltip } from "@mantine/core";
import { type MouseEventHandler, useId } from "react";

interface ReasonButtonProps extends ButtonProps {
  /** Why it can not be pressed now; null when it can. Shown on hover, focus and touch, and read out. */
  reason: string | null;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  type?: "button" | "submit";
}

/** A button that stays reachable when it is disabled, and says why. */
export function ReasonButton({ reason, onClick, type = "button", children, ...props }: ReasonButtonProps) {
  const reasonId = useId();
  return (
    <Tooltip label={reason ?? ""} disabled={reason === null} multiline maw={280}>
      <Button
        {...props}
        type={type}
        data-disabled={reason !== null}
        aria-disabled={reason !== null || undefined}
        aria-describedby={reason === null ? undefined : reasonId}
        onClick={(event) => {
          if (reason === null) onClick?.(event);
          else event.preventDefault();
        }}
      >
        {children}
        {reason !== null && (
          <span className="visually-hidden" id={reasonId}>
            {reason}
          </span>
        )}
      </Button>
    </Tooltip>
  );
}
