import { Button, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, CircleCheck } from "lucide-react";
import { useState } from "react";
import { parkedQuery } from "../../../api/settings";
import type { ParkedRow } from "../../../api/types";
import { PageHead } from "../../../components/PageHead";
import { Failure, Message, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import { formatCount } from "../../../lib/numbers";
import { useTimes } from "../../../session/useSession";
import classes from "./Parked.module.css";
import { ParkedDrawer } from "./ParkedDrawer";
import { ReplayAll } from "./ReplayAll";

/** Mensajes apartados: what could not be handled. The list shows no words of customers. */
export function ParkedPage() {
  const words = es.system.parked;
  const [service, setService] = useState<string | null>(null);
  const [seq, setSeq] = useState<number | null>(null);
  const parked = useInfiniteQuery(parkedQuery(service));
  const [first] = parked.data?.pages ?? [];
  const rows = parked.data?.pages.flatMap((page) => page.rows) ?? [];
  const chosen = first?.services.find((one) => one.service === service);
  return (
    <div className={classes.page}>
      <PageHead
        title={words.title}
        intro={words.intro}
        action={
          <Button component={Link} to="/herramientas" variant="default" leftSection={<ArrowLeft size={15} />}>
            {words.back}
          </Button>
        }
      />
      {parked.isPending && <Waiting />}
      {parked.isError && !parked.data && <Failure error={parked.error} onRetry={() => void parked.refetch()} />}
      {first && (first.services.length > 0 || service) && (
        <div className={classes.tools}>
          <Select
            label={words.filter}
            w={280}
            allowDeselect={false}
            value={service ?? ""}
            data={[
              { value: "", label: words.all },
              ...first.services.map((one) => ({
                value: one.service,
                label: `${one.part} (${formatCount(one.count)})`,
              })),
            ]}
            onChange={(value) => setService(value || null)}
          />
          {chosen && <ReplayAll service={chosen.service} part={chosen.part} count={chosen.count} />}
        </div>
      )}
      {first && rows.length === 0 && (
        <Message icon={CircleCheck} title={words.empty}>
          {words.emptyText}
        </Message>
      )}
      {rows.length > 0 && <Table rows={rows} onOpen={setSeq} />}
      {parked.hasNextPage && (
        <Button
          mt={12}
          variant="default"
          loading={parked.isFetchingNextPage}
          onClick={() => void parked.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
      <ParkedDrawer seq={seq} onClose={() => setSeq(null)} />
    </div>
  );
}

function Table({ rows, onOpen }: { rows: readonly ParkedRow[]; onOpen: (seq: number) => void }) {
  const words = es.system.parked;
  const times = useTimes();
  return (
    <section className={classes.scroll} aria-label={words.list}>
      <table className={classes.table}>
        <thead>
          <tr>
            {Object.values(words.columns).map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.seq} data-testid="parked-row">
              <td className={classes.part}>{row.part}</td>
              <td className={classes.kind}>
                <button
                  type="button"
                  className={classes.open}
                  aria-label={words.view(row.kind_text, row.seq)}
                  onClick={() => onOpen(row.seq)}
                >
                  {row.kind_text}
                </button>
              </td>
              <td className={classes.why}>
                {row.why_text}
                <span className={classes.reason}>{row.reason}</span>
              </td>
              <td className={`num ${classes.tries}`} data-label={words.columns.tries}>
                {row.tries}
              </td>
              <td className={`num ${classes.when}`}>{times.moment(row.parked_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
