import { Alert, Button, Drawer } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/queries";
import { noticeQuery } from "../../api/settings";
import type { NoticeDetail } from "../../api/types";
import { Badge } from "../../components/Badge";
import { ReasonButton } from "../../components/ReasonButton";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { toastDone, toastError } from "../../lib/toasts";
import { useTimes } from "../../session/useSession";
import settings from "../settings/Settings.module.css";
import classes from "./Ledger.module.css";
import { STATE_TONE } from "./stateTone";

/** One notice with its history. */
export function NoticeDrawer({ noticeId, onClose }: { noticeId: string | null; onClose: () => void }) {
  return (
    <Drawer
      opened={noticeId !== null}
      onClose={onClose}
      position="right"
      size={480}
      title={es.notices.ledger.detail}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      {noticeId && <Loaded noticeId={noticeId} />}
    </Drawer>
  );
}

function Loaded({ noticeId }: { noticeId: string }) {
  const notice = useQuery(noticeQuery(noticeId));
  if (notice.isPending) return <Waiting />;
  if (notice.isError) return <Failure error={notice.error} onRetry={() => void notice.refetch()} />;
  return <Detail detail={notice.data} />;
}

function Detail({ detail }: { detail: NoticeDetail }) {
  const words = es.notices.ledger;
  const times = useTimes();
  const { notice } = detail;
  const facts = [
    [words.received, times.moment(notice.received_at)],
    [words.from, notice.source_name],
    [words.expires, times.moment(notice.expires_at)],
    ...(notice.next_try_at ? [[words.nextTry, times.moment(notice.next_try_at)]] : []),
  ];
  return (
    <div className={settings.stack}>
      <div className={settings.row}>
        <strong>{notice.customer_name ?? notice.phone}</strong>
        <Badge tone={STATE_TONE[notice.state]}>{words.states[notice.state]}</Badge>
      </div>
      {notice.customer_name && <p className={settings.hint}>{notice.phone}</p>}
      {notice.reason && (
        <Alert color={notice.state === "failed" || notice.state === "expired" ? "red" : "yellow"}>
          {notice.reason}
        </Alert>
      )}
      <div className={classes.bubble}>{notice.text}</div>
      {notice.files.length > 0 && (
        <div>
          <h3 className={classes.subtitle}>{words.files}</h3>
          {notice.files.map((file) => (
            <p key={file.url} className={`${settings.hint} ${classes.file}`}>
              {file.name ?? file.url}
              {file.problem && ` · ${file.problem}`}
            </p>
          ))}
        </div>
      )}
      <dl className={classes.facts}>
        {facts.map(([label, value]) => (
          <div key={label} style={{ display: "contents" }}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3 className={classes.subtitle}>{words.timeline}</h3>
      <ol className={classes.timeline}>
        {detail.timeline.map((step) => (
          <li key={`${step.at}${step.state}`}>
            {step.text} <span className={classes.dim}>{times.moment(step.at)}</span>
          </li>
        ))}
      </ol>
      <Actions detail={detail} />
    </div>
  );
}

function Actions({ detail }: { detail: NoticeDetail }) {
  const words = es.notices.ledger;
  const client = useQueryClient();
  const noticeId = detail.notice.id;
  const params = { params: { path: { notice_id: noticeId } } };
  const after = (message: string) => ({
    onSuccess: (fresh: NoticeDetail) => {
      client.setQueryData(keys.notice(noticeId), fresh);
      void client.invalidateQueries({ queryKey: keys.notices });
      toastDone(message);
    },
    onError: toastError,
  });
  const retry = api.useMutation("post", "/api/notices/{notice_id}/retry", after(words.retried));
  const cancel = api.useMutation("post", "/api/notices/{notice_id}/cancel", after(words.cancelled));
  const [asking, setAsking] = useState(false);
  function send() {
    setAsking(false);
    retry.mutate(params);
  }
  if (asking)
    return (
      <Alert color="yellow" role="alert" title={words.retryUnknownTitle}>
        <p>{words.retryUnknownText}</p>
        <div className={settings.row}>
          <Button variant="default" onClick={() => setAsking(false)} autoFocus>
            {es.common.back}
          </Button>
          <Button onClick={send}>{words.retry}</Button>
        </div>
      </Alert>
    );
  return (
    <div className={settings.row}>
      <ReasonButton
        reason={detail.may_retry ? null : words.retryNo}
        loading={retry.isPending}
        onClick={() => (detail.notice.state === "unknown" ? setAsking(true) : send())}
      >
        {words.retry}
      </ReasonButton>
      <ReasonButton
        variant="default"
        reason={detail.may_cancel ? null : words.cancelNo}
        loading={cancel.isPending}
        onClick={() => cancel.mutate(params)}
      >
        {words.cancel}
      </ReasonButton>
    </div>
  );
}
