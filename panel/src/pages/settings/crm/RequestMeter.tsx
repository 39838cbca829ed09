import { useQuery } from "@tanstack/react-query";
import { crmMeterQuery } from "../../../api/settings";
import type { RequestMeterView } from "../../../api/types";
import { Badge, type Tone } from "../../../components/Badge";
import { Card } from "../../../components/Card";
import { Failure, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import { formatCount } from "../../../lib/numbers";
import { calendarDate, datesBetween } from "../../../lib/times";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";

const TONES: Record<RequestMeterView["level"], Tone> = { ok: "ok", warning: "warn", over: "bad" };

/** How many of the requests that the contract includes are used. */
export function RequestMeter() {
  const words = es.settings.crm;
  const meter = useQuery(crmMeterQuery);
  const level = meter.data?.level ?? "ok";
  return (
    <Card title={words.meter} aside={meter.data && <Badge tone={TONES[level]}>{words.meterLevels[level]}</Badge>}>
      {meter.isPending && <Waiting />}
      {meter.isError && <Failure error={meter.error} onRetry={() => void meter.refetch()} />}
      {meter.data && <Meter meter={meter.data} />}
    </Card>
  );
}

function Meter({ meter }: { meter: RequestMeterView }) {
  const words = es.settings.crm;
  const used = formatCount(meter.used);
  const percent = meter.allowance ? Math.min(100, (meter.used / meter.allowance) * 100) : 0;
  const most = Math.max(1, ...meter.by_day.map(({ requests }) => requests));
  const byDay = new Map(meter.by_day.map(({ day, requests }) => [day, requests]));
  return (
    <>
      <p className={classes.used}>{meter.allowance ? words.meterOf(used, formatCount(meter.allowance)) : used}</p>
      {meter.allowance ? (
        <div className={classes.track}>
          <div className={classes.fill} data-level={meter.level} style={{ width: `${percent}%` }} />
        </div>
      ) : (
        <p className={settings.hint}>{words.meterUnknown}</p>
      )}
      <ul className={classes.days} aria-label={words.meterChart}>
        {datesBetween(meter.period_from, meter.period_to).map((day) => (
          <Day key={day} day={day} requests={byDay.get(day)} most={most} />
        ))}
      </ul>
      <p className={settings.hint}>
        {words.meterPeriod(calendarDate(meter.period_from), calendarDate(meter.period_to))}
      </p>
    </>
  );
}

/** One day of the period; a day without requests keeps its place, so that the chart shows how far the period is. */
function Day({ day, requests, most }: { day: string; requests: number | undefined; most: number }) {
  if (requests === undefined) return <li aria-hidden="true" className={classes.still} />;
  const told = es.settings.crm.meterDay(calendarDate(day), formatCount(requests));
  return (
    <li title={told} style={{ height: `${Math.max(3, (requests / most) * 100)}%` }}>
      <span className="visually-hidden">{told}</span>
    </li>
  );
}
