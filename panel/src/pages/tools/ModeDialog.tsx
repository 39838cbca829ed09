import { Alert, Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { modeImpactQuery } from "../../api/queries";
import type { BotMode } from "../../api/types";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import classes from "./Tools.module.css";
import { useOperationUpdates, wordChangeError } from "./useChangeOperation";

interface ModeDialogProps {
  to: BotMode | null;
  revision: number;
  onClose: () => void;
}

/** Asks before the mode changes, and shows whom it touches right now. */
export function ModeDialog({ to, revision, onClose }: ModeDialogProps) {
  return (
    <Modal
      opened={to !== null}
      onClose={onClose}
      title={to && es.tools.confirmTitle(es.mode.names[to])}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      {to && <Confirmation to={to} revision={revision} onClose={onClose} />}
    </Modal>
  );
}

function Confirmation({ to, revision, onClose }: ModeDialogProps & { to: BotMode }) {
  const impact = useQuery(modeImpactQuery(to));
  const { accept, readAnew } = useOperationUpdates();
  const change = api.useMutation("put", "/api/mode", {
    onSuccess: (operation) => {
      accept(operation);
      toastDone(es.tools.modeChanged(es.mode.names[operation.mode]));
      onClose();
    },
    onError: readAnew,
  });
  return (
    <div className={classes.dialog}>
      {impact.isPending && <Waiting />}
      {impact.isError && <Failure error={impact.error} onRetry={() => void impact.refetch()} />}
      {impact.data && (
        <>
          <h3 className={classes.subtitle}>{es.tools.impact}</h3>
          <ul className={classes.impact}>
            {impact.data.sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <dl className={classes.numbers}>
            <div>
              <dd>{impact.data.open_chats ?? es.common.none}</dd>
              <dt>{es.tools.openChats}</dt>
            </div>
            <div>
              <dd>{impact.data.open_tickets ?? es.common.none}</dd>
              <dt>{es.tools.openTickets}</dt>
            </div>
          </dl>
        </>
      )}
      {change.isError && (
        <Alert color="red" role="alert">
          {wordChangeError(change.error)}
        </Alert>
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {es.common.back}
        </Button>
        <Button
          color={to === "COMPLETE" ? "iris" : "red.8"}
          loading={change.isPending}
          onClick={() => change.mutate({ body: { mode: to, revision } })}
        >
          {es.tools.confirm}
        </Button>
      </div>
    </div>
  );
}
