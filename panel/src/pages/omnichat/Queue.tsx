import { ActionIcon, Button, CloseButton, Skeleton, Tabs, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Inbox, Keyboard, Search, SearchX } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import { countsQuery, queueQuery } from "../../api/queries";
import type { QueueView } from "../../api/types";
import { useTabTitle } from "../../components/PageHead";
import { Failure, Message } from "../../components/States";
import { es } from "../../i18n/es";
import { flattenRows } from "../../live/merge";
import { NoticeSwitches } from "./NoticeSwitches";
import classes from "./Queue.module.css";
import { QueueRow } from "./QueueRow";
import type { Notices } from "./useNotices";

const VIEWS: readonly QueueView[] = ["pending", "in_progress", "mine"];
const SEARCH_AFTER_MS = 250;

interface QueueProps {
  view: QueueView;
  q: string;
  ticketId: string | undefined;
  searchRef: RefObject<HTMLInputElement | null>;
  notices: Notices;
  onShow: (next: { view?: QueueView; q?: string }) => void;
  onHelp: () => void;
}

export function Queue({ view, q, ticketId, searchRef, notices, onShow, onHelp }: QueueProps) {
  const counts = useQuery(countsQuery).data;
  useTabTitle(notices.unseen > 0 ? `(${notices.unseen}) ${es.chat.title}` : es.chat.title);
  return (
    <section className={classes.queue} aria-label={es.chat.queue}>
      <header className={classes.head}>
        <h1 className={classes.title}>{es.chat.title}</h1>
        <NoticeSwitches notices={notices} />
        <Tooltip label={es.chat.shortcuts}>
          <ActionIcon aria-label={es.chat.shortcuts} onClick={onHelp}>
            <Keyboard size={17} />
          </ActionIcon>
        </Tooltip>
      </header>
      <Tabs
        value={view}
        onChange={(value) => onShow({ view: VIEWS.find((known) => known === value) ?? "pending" })}
        className={classes.tabs}
        keepMounted={false}
      >
        <Tabs.List aria-label={es.chat.tabsLabel} className={classes.tabList ?? ""}>
          {VIEWS.map((name) => (
            <Tabs.Tab key={name} value={name} className={classes.tab ?? ""}>
              {es.chat.tabs[name]} {counts && <span className={classes.count}>{counts[name]}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <SearchField q={q} inputRef={searchRef} onSearch={(text) => onShow({ q: text })} />
        {VIEWS.map((name) => (
          <Tabs.Panel key={name} value={name} className={classes.panel ?? ""}>
            <QueueList view={name} q={q} ticketId={ticketId} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  );
}

interface SearchFieldProps {
  q: string;
  inputRef: RefObject<HTMLInputElement | null>;
  onSearch: (text: string) => void;
}

function SearchField({ q, inputRef, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(q);
  const search = useDebouncedCallback(onSearch, SEARCH_AFTER_MS);
  useEffect(() => setText(q), [q]);
  const type = (next: string) => {
    setText(next);
    search(next.trim());
  };
  return (
    <TextInput
      ref={inputRef}
      className={classes.search ?? ""}
      aria-label={es.chat.search}
      placeholder={es.chat.search}
      leftSection={<Search size={15} aria-hidden="true" />}
      rightSection={text && <CloseButton size="sm" aria-label={es.chat.clearSearch} onClick={() => type("")} />}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
    />
  );
}

function QueueList({ view, q, ticketId }: { view: QueueView; q: string; ticketId: string | undefined }) {
  const queue = useInfiniteQuery(queueQuery(view, q));
  const navigate = useNavigate();
  const loaded = flattenRows(queue.data?.pages ?? []);
  const step = (by: number) => {
    const here = loaded.findIndex((row) => row.id === ticketId);
    const next = loaded[here < 0 ? 0 : here + by];
    if (!next) return;
    const search = { vista: view, ...(q && { q }) };
    void navigate({ to: "/omnichat/{-$ticketId}", params: { ticketId: next.id }, search });
  };
  // Also while writing: an empty list of ignored elements.
  useHotkeys(
    [
      ["alt+ArrowUp", () => step(-1)],
      ["alt+ArrowDown", () => step(1)],
    ],
    [],
  );
  if (queue.isPending) return <RowSkeletons />;
  if (queue.isError) return <Failure error={queue.error} onRetry={() => void queue.refetch()} />;
  if (loaded.length === 0) {
    const [title, text] = es.chat.empty[q ? "search" : view];
    return (
      <Message icon={q ? SearchX : Inbox} title={title}>
        {text}
      </Message>
    );
  }
  return (
    <ul className={classes.rows} onKeyDown={moveFocus}>
      {loaded.map((row) => (
        <li key={row.id}>
          <QueueRow row={row} selected={row.id === ticketId} view={view} q={q} />
        </li>
      ))}
      {queue.hasNextPage && (
        <li className={classes.more}>
          <Button variant="subtle" loading={queue.isFetchingNextPage} onClick={() => void queue.fetchNextPage()}>
            {es.chat.more}
          </Button>
        </li>
      )}
    </ul>
  );
}

/** Arrow keys walk the rows; Enter opens, as on any link. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-testid='queue-row']")];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  rows[Math.max(0, Math.min(rows.length - 1, here + step))]?.focus();
  event.preventDefault();
}

function RowSkeletons() {
  return (
    <div role="status" aria-label={es.common.loading} className={classes.rows}>
      {["a", "b", "c", "d", "e"].map((name) => (
        <Skeleton key={name} height={84} radius={10} mb={6} />
      ))}
    </div>
  );
}
