import type { Dashboard } from "../../api/types";
import { Card } from "../../components/Card";
import { es } from "../../i18n/es";
import { formatCount } from "../../lib/numbers";
import classes from "./Charts.module.css";

const RADIUS = 62;
const STROKE = 20;
const AROUND = 2 * Math.PI * RADIUS;
/** A slice smaller than this could not be seen. */
const MIN_SHARE = 0.012;

interface TicketsByStatusProps {
  card: Dashboard["tickets_by_status"];
  missing: string;
}

/** How many tickets stand where: the three states of the manual. */
export function TicketsByStatus({ card, missing }: TicketsByStatusProps) {
  const slices = card
    ? [
        { label: es.home.status.pending, count: card.pending, colour: "var(--ib-warn)" },
        { label: es.home.status.in_progress, count: card.in_progress, colour: "var(--ib-info)" },
        { label: es.home.closed30, count: card.closed_30d, colour: "var(--ib-line-strong)" },
      ]
    : [];
  const total = slices.reduce((sum, slice) => sum + slice.count, 0);
  return (
    <Card title={es.home.byStatus}>
      {!card && <p className={classes.empty}>{missing}</p>}
      {card && total === 0 && <p className={classes.empty}>{es.home.byStatusEmpty}</p>}
      {total > 0 && (
        <>
          <div className={classes.ring}>
            <Ring parts={slices.filter((slice) => slice.count > 0)} total={total} />
            <div className={classes.middle}>
              <b>{formatCount(total)}</b>
              <span>{es.home.byStatusTotal}</span>
            </div>
          </div>
          <ul className={classes.legend}>
            {slices.map((slice) => (
              <li key={slice.label}>
                <span className={classes.key} style={{ background: slice.colour }} />
                {slice.label}
                <b>{formatCount(slice.count)}</b>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Ring({ parts, total }: { parts: { label: string; count: number; colour: string }[]; total: number }) {
  const size = 2 * RADIUS + STROKE;
  const gap = parts.length > 1 ? 3 : 0;
  const shares = parts.map((part) => Math.max(part.count / total, MIN_SHARE));
  const sum = shares.reduce((all, share) => all + share, 0);
  let start = 0;
  return (
    <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
      {parts.map((part, index) => {
        const length = ((shares[index] ?? 0) / sum) * AROUND;
        const offset = start;
        start += length;
        return (
          <circle
            key={part.label}
            cx={size / 2}
            cy={size / 2}
            r={RADIUS}
            fill="none"
            stroke={part.colour}
            strokeWidth={STROKE}
            strokeDasharray={`${Math.max(length - gap, 1)} ${AROUND}`}
            strokeDashoffset={-offset}
            transform={`rotate(-90 ${size / 2} ${size / 2})`}
          />
        );
      })}
    </svg>
  );
}
