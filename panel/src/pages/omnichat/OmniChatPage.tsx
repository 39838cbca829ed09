import { useDisclosure, useHotkeys, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useEffect, useRef } from "react";
import type { QueueView } from "../../api/types";
import { Message } from "../../components/States";
import { es } from "../../i18n/es";
import { Conversation } from "./Conversation";
import { CustomerSide } from "./CustomerSide";
import classes from "./OmniChat.module.css";
import { Queue } from "./Queue";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { useNotices } from "./useNotices";

const route = getRouteApi("/app/omnichat/{-$ticketId}");
const SIDE_FITS = "(min-width: 1240px)";

/** The care centre: queue, conversation, customer. Which ticket and which tab stand in the URL. */
export function OmniChatPage() {
  const { ticketId } = route.useParams();
  const { vista: view = "pending", q = "" } = route.useSearch();
  const navigate = useNavigate();
  const searchRef = useRef<HTMLInputElement>(null);
  const [helpOpen, help] = useDisclosure();
  const [sidePinned, pinSide] = useLocalStorage({
    key: "ispbot-side",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const sideFits = useMediaQuery(SIDE_FITS, undefined, { getInitialValueInEffect: false });
  const [sideOver, over] = useDisclosure();
  const sideOpen = sideFits ? sidePinned : sideOver;
  const toggleSide = () => (sideFits ? pinSide(!sidePinned) : over.toggle());
  const notices = useNotices(ticketId);

  const show = (next: { view?: QueueView; q?: string; ticketId?: string | undefined }) => {
    const search = next.q ?? q;
    const target = "ticketId" in next ? next.ticketId : ticketId;
    void navigate({
      to: "/omnichat/{-$ticketId}",
      params: target ? { ticketId: target } : {},
      search: { vista: next.view ?? view, ...(search && { q: search }) },
      replace: next.q !== undefined,
    });
  };

  useHotkeys([
    ["1", () => show({ view: "pending" })],
    ["2", () => show({ view: "in_progress" })],
    ["3", () => show({ view: "mine" })],
    ["/", () => searchRef.current?.focus()],
    ["i", toggleSide],
    ["shift+?", help.open],
    ["?", help.open],
  ]);
  const closeSideOver = over.close;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another ticket starts without the panel over it
  useEffect(closeSideOver, [ticketId]);

  return (
    <div className={classes.page} data-ticket={ticketId !== undefined || undefined}>
      <Queue
        view={view}
        q={q}
        ticketId={ticketId}
        searchRef={searchRef}
        notices={notices}
        onShow={show}
        onHelp={help.open}
      />
      {ticketId ? (
        <Conversation
          key={ticketId}
          ticketId={ticketId}
          sideOpen={sideOpen}
          onToggleSide={toggleSide}
          onBack={() => show({ ticketId: undefined })}
          onTaken={() => show({ view: "mine" })}
        />
      ) : (
        <div className={classes.nothing}>
          <Message icon={MessagesSquare} title={es.chat.pick[0]}>
            {es.chat.pick[1]}
          </Message>
        </div>
      )}
      {ticketId && sideOpen && (
        <CustomerSide key={`side-${ticketId}`} ticketId={ticketId} over={!sideFits} onClose={toggleSide} />
      )}
      <ShortcutsDialog opened={helpOpen} onClose={help.close} />
    </div>
  );
}
