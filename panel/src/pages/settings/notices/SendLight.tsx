import { useQuery } from "@tanstack/react-query";
import { sendingQuery } from "../../../api/settings";
import type { SendStateView } from "../../../api/types";
import { Badge, Light, type Tone } from "../../../components/Badge";
import { Card } from "../../../components/Card";
import { Failure, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import { formatCount } from "../../../lib/numbers";
import { useTimes } from "../../../session/useSession";
import settings from "../Settings.module.css";
import classes from "./Notices.module.css";

const TONES: Record<SendStateView["light"], Tone> = { green: "ok", amber: "warn", red: "bad" };

/** How freely the number may write now, and what waits. */
export function SendLight() {
  const words = es.notices.light;
  const state = useQuery(sendingQuery);
  const light = state.data?.light;
  return (
    <Card title={words.title} aside={light && <Badge tone={TONES[light]}>{words.names[light]}</Badge>}>
      {state.isPending && <Waiting />}
      {state.isError && <Failure error={state.error} onRetry={() => void state.refetch()} />}
      {state.data && (
        <div className={classes.sizes}>
          <State state={state.data} />
        </div>
      )}
    </Card>
  );
}

function State({ state }: { state: SendStateView }) {
  const words = es.notices.light;
  const times = useTimes();
  const counts = [
    [state.waiting_replies, words.replies],
    [state.waiting_notices, words.notices],
    [state.unconfirmed, words.unconfirmed],
  ] as const;
  return (
    <div className={classes.send}>
      <div className={classes.light}>
        <Light tone={TONES[state.light]} pulse={state.light !== "green"} />
        <div>
          <div>{state.reason}</div>
          <p className={settings.hint}>{words.cold(state.cold_used, state.cold_used + state.cold_left)}</p>
          {state.paused_until && <p className={settings.hint}>{words.paused(times.moment(state.paused_until))}</p>}
          {state.quiet_until && <p className={settings.hint}>{words.quiet(times.moment(state.quiet_until))}</p>}
        </div>
      </div>
      <dl className={classes.counts}>
        {counts.map(([count, label]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
