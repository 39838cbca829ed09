import { notifications } from "@mantine/notifications";
import { wordError } from "../api/errors";
import { es } from "../i18n/es";

/** What every toast has; the close button needs a name. */
export const TOAST = { withBorder: true, closeButtonProps: { "aria-label": es.common.close } } as const;

/** It worked. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "teal", ...TOAST, autoClose: 3500 });
}

/** It did not, and this is why. Stays until read. */
export function toastError(error: unknown): void {
  notifications.show({ message: wordError(error), color: "red", ...TOAST, autoClose: 9000, role: "alert" });
}
