import { notifications } from "@mantine/notifications";
import { wordError } from "../api/errors";

/** It worked. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "teal", withBorder: true, autoClose: 3500 });
}

/** It did not, and this is why. Stays until read. */
export function toastError(error: unknown): void {
  notifications.show({ message: wordError(error), color: "red", withBorder: true, autoClose: 9000, role: "alert" });
}
