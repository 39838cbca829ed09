import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Download, SearchX, Send } from "lucide-react";
import { noticesQuery } from "../../api/settings";
import type { NoticePageView, NoticeRow } from "../../api/types";
import { Badge } from "../../components/Badge";
import { PageHead } from "../../components/PageHead";
import { Failure, Message, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { dayBoundary } from "../../lib/companyDay";
import { useSession, useTimes } from "../../session/useSession";
import { SendLight } from "../settings/notices/SendLight";
import { Filters } from "./Filters";
import classes from "./Ledger.module.css";
import { NoticeDrawer } from "./NoticeDrawer";
import type { LedgerSearch } from "./search";
import { STATE_TONE } from "./stateTone";

const route = getRouteApi("/app/avisos");

/** The ledger: what became of each notice of the management system. */
export function LedgerPage() {
  const words = es.notices.ledger;
  const search = route.useSearch();
  const navigate = useNavigate();
  const { timezone } = useSession().company;
  const span = {
    since: search.desde && dayBoundary(search.desde, timezone, "start"),
    until: search.hasta && dayBoundary(search.hasta, timezone, "end"),
  };
  const notices = useInfiniteQuery(noticesQuery({ state: search.estado, q: search.q, ...span }));
  const change = (patch: Partial<Record<keyof LedgerSearch, string | undefined>>) =>
    void navigate({ to: "/avisos", search: { ...search, ...patch } as LedgerSearch, replace: true });
  const [first] = notices.data?.pages ?? [];

  return (
    <div className={classes.page}>
      <PageHead
        title={words.title}
        intro={words.intro}
        action={
          <Button component="a" href={exportHref(span)} download variant="default" leftSection={<Download size={15} />}>
            {words.export}
          </Button>
        }
      />
      <div className={classes.side}>
        <SendLight />
      </div>
      <Filters search={search} counts={first?.counts ?? []} total={first?.total ?? 0} onChange={change} />
      {notices.isPending && <Waiting />}
      {notices.isError && !notices.data && <Failure error={notices.error} onRetry={() => void notices.refetch()} />}
      {notices.data && (
        <List
          pages={notices.data.pages}
          filtered={Boolean(search.estado || search.q || search.desde || search.hasta)}
          onOpen={(aviso) => change({ aviso })}
        />
      )}
      {notices.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" loading={notices.isFetchingNextPage} onClick={() => void notices.fetchNextPage()}>
            {words.more}
          </Button>
        </div>
      )}
      <NoticeDrawer noticeId={search.aviso ?? null} onClose={() => change({ aviso: undefined })} />
    </div>
  );
}

function exportHref(span: { since: string | undefined; until: string | undefined }): string {
  const given = Object.entries(span).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const query = new URLSearchParams(given).toString();
  return `/api/notices/unreached.csv${query && `?${query}`}`;
}

interface ListProps {
  pages: readonly NoticePageView[];
  filtered: boolean;
  onOpen: (noticeId: string) => void;
}

function List({ pages, filtered, onOpen }: ListProps) {
  const words = es.notices.ledger;
  const rows = pages.flatMap((page) => page.rows);
  if (rows.length === 0) {
    return filtered ? (
      <Message icon={SearchX} title={words.emptySearch}>
        {words.emptySearchText}
      </Message>
    ) : (
      <Message icon={Send} title={words.empty}>
        {words.emptyText}
      </Message>
    );
  }
  return (
    <ul className={classes.list} aria-label={words.title}>
      {rows.map((row) => (
        <li key={row.id}>
          <Row row={row} onOpen={() => onOpen(row.id)} />
        </li>
      ))}
    </ul>
  );
}

function Row({ row, onOpen }: { row: NoticeRow; onOpen: () => void }) {
  const words = es.notices.ledger;
  const times = useTimes();
  return (
    <button type="button" className={classes.row} data-testid="notice-row" onClick={onOpen}>
      <span className={classes.who}>
        <span className={classes.name} style={{ display: "block" }}>
          {row.customer_name ?? row.phone}
        </span>
        <span className={classes.dim}>{row.customer_name ? row.phone : row.source_name}</span>
      </span>
      <span className={classes.text}>
        {row.urgent && <Badge tone="warn">{words.urgent}</Badge>} {row.text}
      </span>
      <span className={classes.standing}>
        <Badge tone={STATE_TONE[row.state]}>{words.states[row.state]}</Badge>
      </span>
      <span className={classes.when}>{times.moment(row.received_at)}</span>
    </button>
  );
}
