import { Alert, Button, Drawer } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../../api/client";
import { keys } from "../../../api/queries";
import { parkedOneQuery } from "../../../api/settings";
import type { ParkedDetail } from "../../../api/types";
import { Badge } from "../../../components/Badge";
import { Failure, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import { toastDone, toastError } from "../../../lib/toasts";
import { useTimes } from "../../../session/useSession";
import settings from "../../settings/Settings.module.css";
import classes from "./Parked.module.css";

/** One parked message whole: its history and what it says. */
export function ParkedDrawer({ seq, onClose }: { seq: number | null; onClose: () => void }) {
  return (
    <Drawer
      opened={seq !== null}
      onClose={onClose}
      position="right"
      size={620}
      title={es.system.parked.title}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      {seq !== null && <Loaded seq={seq} onClose={onClose} />}
    </Drawer>
  );
}

function Loaded({ seq, onClose }: { seq: number; onClose: () => void }) {
  const parked = useQuery(parkedOneQuery(seq));
  if (parked.isPending) return <Waiting />;
  if (parked.isError) return <Failure error={parked.error} onRetry={() => void parked.refetch()} />;
  return <Detail parked={parked.data} onClose={onClose} />;
}

function Detail({ parked, onClose }: { parked: ParkedDetail; onClose: () => void }) {
  const words = es.system.parked;
  const times = useTimes();
  const { row } = parked;
  return (
    <div className={settings.stack}>
      <div className={settings.row}>
        <strong>{words.detail(row.kind_text)}</strong>
        <Badge tone="plain">{row.part}</Badge>
        {row.replays > 0 && <Badge tone="warn">{words.replays(row.replays)}</Badge>}
      </div>
      <div>
        {row.why_text}
        <span className={classes.reason}>{row.reason}</span>
      </div>
      <Actions seq={row.seq} onDone={onClose} />
      <h3 className={classes.subtitle}>{words.history}</h3>
      <ol className={classes.history}>
        {parked.history.map((one) => (
          <li key={`${one.at}${one.replica}`}>
            {times.moment(one.at)} <span className={classes.reason}>{one.reason}</span>
          </li>
        ))}
      </ol>
      <h3 className={classes.subtitle}>{words.content}</h3>
      <Alert color="yellow">{words.private}</Alert>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable with the keyboard */}
      <pre className={classes.json} tabIndex={0}>
        {parked.body}
      </pre>
      {parked.truncated && <p className={settings.hint}>{words.truncated}</p>}
      <p className={settings.hint}>
        {words.correlation}: {[row.subject_kind, parked.correlation_id].filter(Boolean).join(" · ")}
      </p>
    </div>
  );
}

function Actions({ seq, onDone }: { seq: number; onDone: () => void }) {
  const words = es.system.parked;
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const params = { params: { path: { seq } } };
  const after = (message: string) => ({
    onSuccess: () => {
      toastDone(message);
      onDone();
    },
    onError: toastError,
    onSettled: () => void client.invalidateQueries({ queryKey: keys.parked }),
  });
  const replay = api.useMutation("post", "/api/parked/{seq}/replay", after(words.replayed));
  const discard = api.useMutation("post", "/api/parked/{seq}/discard", after(words.discarded));
  if (asking) {
    return (
      <Alert color="red" title={words.discardTitle} role="alertdialog">
        <p className={settings.hint}>{words.discardText}</p>
        <div className={settings.row} style={{ marginTop: 10 }}>
          <Button size="xs" variant="default" autoFocus onClick={() => setAsking(false)}>
            {es.common.back}
          </Button>
          <Button size="xs" color="red.8" loading={discard.isPending} onClick={() => discard.mutate(params)}>
            {words.discard}
          </Button>
        </div>
      </Alert>
    );
  }
  return (
    <div className={settings.row}>
      <Button loading={replay.isPending} onClick={() => replay.mutate(params)}>
        {words.replay}
      </Button>
      <Button variant="light" color="red" onClick={() => setAsking(true)}>
        {words.discard}
      </Button>
    </div>
  );
}
