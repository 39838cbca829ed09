import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useState } from "react";
import type { NoticePageView } from "../../api/types";
import { es } from "../../i18n/es";
import { formatCount } from "../../lib/numbers";
import classes from "./Ledger.module.css";
import { type LedgerSearch, STATES } from "./search";

const TYPING_MS = 250;

interface FiltersProps {
  search: LedgerSearch;
  counts: NoticePageView["counts"];
  total: number;
  onChange: (patch: Partial<Record<keyof LedgerSearch, string | undefined>>) => void;
}

/** States with their counts, words and dates. */
export function Filters({ search, counts, total, onChange }: FiltersProps) {
  const words = es.notices.ledger;
  const [q, setQ] = useState(search.q ?? "");
  const tell = useDebouncedCallback((value: string) => onChange({ q: value.trim() || undefined }), TYPING_MS);
  const countOf = new Map(counts.map(({ state, count }) => [state, count]));
  const shown = STATES.filter((state) => (countOf.get(state) ?? 0) > 0 || state === search.estado);
  return (
    <>
      <div className={classes.tools}>
        <TextInput
          label={words.search}
          type="search"
          leftSection={<Search size={15} />}
          value={q}
          onChange={(event) => {
            setQ(event.currentTarget.value);
            tell(event.currentTarget.value);
          }}
        />
        <TextInput
          type="date"
          label={words.since}
          value={search.desde ?? ""}
          max={search.hasta}
          onChange={(event) => onChange({ desde: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={words.until}
          value={search.hasta ?? ""}
          min={search.desde}
          onChange={(event) => onChange({ hasta: event.currentTarget.value || undefined })}
        />
      </div>
      <fieldset className={classes.states} style={{ border: 0, padding: 0, margin: "0 0 12px" }}>
        <legend className="visually-hidden">{words.filter}</legend>
        {[undefined, ...shown].map((state) => (
          <button
            key={state ?? "all"}
            type="button"
            className={classes.state}
            aria-pressed={search.estado === state}
            onClick={() => onChange({ estado: state })}
          >
            {state ? words.states[state] : words.all}
            <span className={classes.count}>{formatCount(state ? (countOf.get(state) ?? 0) : total)}</span>
          </button>
        ))}
      </fieldset>
    </>
  );
}
