import { Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, RefreshCw } from "lucide-react";
import { api } from "../../api/client";
import { keys } from "../../api/queries";
import type { LinkView, SessionState } from "../../api/types";
import { Badge } from "../../components/Badge";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { toastDone, toastError } from "../../lib/toasts";
import { usePermission, useTimes } from "../../session/useSession";
import { LINK_TONE } from "../../shell/useBot";
import { ExpiryRing } from "./ExpiryRing";
import classes from "./LinkCard.module.css";
import { PairByPhone } from "./PairByPhone";
import { QrCode } from "./QrCode";

/** What helps when no QR is shown. */
const NEEDS_NEW_QR: ReadonlySet<SessionState> = new Set(["logged_out", "qr_expired", "not_business"]);
const NEEDS_RESTART: ReadonlySet<SessionState> = new Set(["replaced", "failed", "stopped"]);

/** Shown while the bot is not connected: the QR to scan, or why there is none and what to do. */
export function LinkCard({ link }: { link: LinkView }) {
  return (
    <section className={classes.card} aria-label={es.link.title}>
      <div className={classes.frame}>
        {link.qr ? <QrCode text={link.qr.text} label={es.link.qrAlt} /> : <NoQr link={link} />}
      </div>
      <div className={classes.words}>
        <Badge tone={LINK_TONE[link.state]} dot>
          {es.bot.states[link.state]}
        </Badge>
        {link.qr || link.substate === "starting" || link.substate === "pairing" ? (
          <Steps link={link} />
        ) : (
          <WhyNot link={link} />
        )}
      </div>
    </section>
  );
}

function NoQr({ link }: { link: LinkView }) {
  if (link.state === "waiting_qr" && link.substate !== "qr_expired") {
    return <Loader role="status" aria-label={link.substate === "pairing" ? es.link.linking : es.link.preparing} />;
  }
  if (link.substate === "reconnecting" || link.substate === "starting")
    return <Loader role="status" aria-label={es.link.connecting} />;
  return <CircleAlert size={44} className={classes.alert} aria-hidden="true" />;
}

function Steps({ link }: { link: LinkView }) {
  const { one, two, three } = es.link.steps;
  return (
    <>
      <h2 className={classes.title}>{es.link.title}</h2>
      <ol className={classes.steps}>
        <li>
          {one[0]}
          <b>{one[1]}</b>
          {one[2]}
        </li>
        <li>
          {two[0]}
          <b>{two[1]}</b>
          {two[2]}
          <b>{two[3]}</b>
          {two[4]}
        </li>
        <li>{three}</li>
      </ol>
      {link.qr ? (
        <ExpiryRing key={link.qr.seq} expiresAt={link.qr.expires_at} />
      ) : (
        <p className={classes.hint}>{link.substate === "pairing" ? es.link.linking : es.link.preparing}</p>
      )}
      <PairByPhone code={link.pair_code} />
    </>
  );
}

function WhyNot({ link }: { link: LinkView }) {
  const times = useTimes();
  const client = useQueryClient();
  const reason = usePermission("tools.change") ? null : es.link.onlyAdmins;
  const refresh = () => void client.invalidateQueries({ queryKey: keys.whatsapp });
  const newQr = api.useMutation("post", "/api/whatsapp/new-qr", { onSuccess: refresh, onError: toastError });
  const restart = api.useMutation("post", "/api/whatsapp/restart", {
    onSuccess: () => {
      toastDone(es.tools.restarted);
      refresh();
    },
    onError: toastError,
  });
  const [title, what] = es.link.reasons[reasonOf(link.substate)];
  return (
    <>
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.what}>
        {what} {link.banned_until && <b>{es.link.bannedUntil(times.moment(link.banned_until))}</b>}
      </p>
      {link.reason && <p className={classes.hint}>{link.reason}</p>}
      {NEEDS_NEW_QR.has(link.substate) && (
        <ReasonButton
          reason={reason}
          loading={newQr.isPending}
          leftSection={<RefreshCw size={15} />}
          onClick={() => newQr.mutate({})}
        >
          {es.link.newQr}
        </ReasonButton>
      )}
      {NEEDS_RESTART.has(link.substate) && (
        <ReasonButton reason={reason} loading={restart.isPending} onClick={() => restart.mutate({})}>
          {es.link.restart}
        </ReasonButton>
      )}
    </>
  );
}

type ReasonKey = keyof typeof es.link.reasons;

function reasonOf(substate: SessionState): ReasonKey {
  return substate in es.link.reasons ? (substate as ReasonKey) : "failed";
}
