import { ActionIcon, Tooltip } from "@mantine/core";
import { Bell, BellOff, BellRing, Volume2, VolumeX } from "lucide-react";
import { es } from "../../i18n/es";
import type { Notices } from "./useNotices";

const BROWSER_WORDS = {
  granted: es.chat.notifyOn,
  default: es.chat.notifyOff,
  denied: es.chat.notifyBlocked,
  unsupported: es.chat.notifyBlocked,
} as const;

/** Sound on or off, and the browser's own notices. */
export function NoticeSwitches({ notices }: { notices: Notices }) {
  const BrowserIcon = notices.browser === "granted" ? BellRing : notices.browser === "default" ? Bell : BellOff;
  return (
    <>
      <Tooltip label={es.chat.sound(notices.sound)}>
        <ActionIcon
          aria-label={es.chat.sound(notices.sound)}
          aria-pressed={notices.sound}
          onClick={notices.toggleSound}
        >
          {notices.sound ? <Volume2 size={17} /> : <VolumeX size={17} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={BROWSER_WORDS[notices.browser]} multiline maw={240}>
        <ActionIcon
          aria-label={BROWSER_WORDS[notices.browser]}
          aria-disabled={notices.browser !== "default"}
          onClick={() => notices.browser === "default" && notices.askBrowser()}
        >
          <BrowserIcon size={17} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
