import { useLocalStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import type { NoticeData } from "../../api/types";
import { chime } from "../../lib/chime";
import { TOAST } from "../../lib/toasts";
import { listenToNotices } from "../../live/useLive";

type BrowserNotices = NotificationPermission | "unsupported";

export interface Notices {
  sound: boolean;
  toggleSound: () => void;
  browser: BrowserNotices;
  askBrowser: () => void;
  /** Notices that came while this tab was not looked at: the number in the tab's title. */
  unseen: number;
}

const permission = (): BrowserNotices => ("Notification" in window ? Notification.permission : "unsupported");

/** New ticket, reply, transfer, long wait: a toast, a sound and the browser's own notice when nobody looks. */
export function useNotices(openTicketId: string | undefined): Notices {
  const [sound, setSound] = useLocalStorage({
    key: "ispbot-sound",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const [browser, setBrowser] = useState(permission);
  const [unseen, setUnseen] = useState(0);
  const navigate = useNavigate();

  const open = (ticketId: string) =>
    void navigate({ to: "/omnichat/{-$ticketId}", params: { ticketId }, search: (search) => search });

  const tell = useEffectEvent((notice: NoticeData) => {
    const looking = document.visibilityState === "visible" && document.hasFocus();
    if (looking && notice.ticket_id === openTicketId) return;
    if (sound) chime();
    if (!looking) setUnseen((count) => count + 1);
    if (!looking && browser === "granted") {
      const shown = new Notification(notice.title, { body: notice.text, tag: `${notice.kind}-${notice.ticket_id}` });
      shown.onclick = () => {
        window.focus();
        open(notice.ticket_id);
        shown.close();
      };
    }
    const id = `${notice.kind}-${notice.ticket_id}`;
    notifications.hide(id);
    notifications.show({
      id,
      title: notice.title,
      message: notice.text,
      color: notice.kind === "waiting_critical" ? "red" : notice.kind === "waiting_warning" ? "yellow" : "iris",
      ...TOAST,
      autoClose: 6000,
      style: { cursor: "pointer" },
      onClick: () => {
        notifications.hide(id);
        open(notice.ticket_id);
      },
    });
  });

  useEffect(() => listenToNotices((notice) => tell(notice)), []);
  useEffect(() => {
    const seen = () => setUnseen(0);
    window.addEventListener("focus", seen);
    return () => window.removeEventListener("focus", seen);
  }, []);

  return {
    sound,
    toggleSound: () => setSound(!sound),
    browser,
    askBrowser: () => void Notification.requestPermission().then(setBrowser),
    unseen,
  };
}
