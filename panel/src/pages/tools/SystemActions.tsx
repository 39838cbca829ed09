import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { RotateCw, Unlink } from "lucide-react";
import { api } from "../../api/client";
import { whatsappQuery } from "../../api/queries";
import { Card } from "../../components/Card";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { toastDone, toastError } from "../../lib/toasts";
import classes from "./Tools.module.css";
import { UnlinkDialog } from "./UnlinkDialog";

/** Maintenance: restart keeps the session, unlinking ends it. */
export function SystemActions({ reason }: { reason: string | null }) {
  const link = useQuery(whatsappQuery);
  const [restartOpen, restartDialog] = useDisclosure();
  const [unlinkOpen, unlinkDialog] = useDisclosure();
  const restart = api.useMutation("post", "/api/whatsapp/restart", {
    onSuccess: () => {
      toastDone(es.tools.restarted);
      restartDialog.close();
    },
    onError: toastError,
  });
  const nothingLinked = link.data?.account === null ? es.tools.unlinkNothing : null;
  return (
    <Card title={es.tools.actions}>
      <div className={classes.action}>
        <div>
          <h3 className={classes.subtitle}>{es.tools.restart}</h3>
          <p className={classes.hint}>{es.tools.restartHint}</p>
        </div>
        <ReasonButton
          variant="default"
          reason={reason}
          leftSection={<RotateCw size={15} />}
          onClick={restartDialog.open}
        >
          {es.tools.restart}
        </ReasonButton>
      </div>
      <div className={classes.action}>
        <div>
          <h3 className={classes.subtitle}>{es.tools.unlink}</h3>
          <p className={classes.hint}>{es.tools.unlinkHint}</p>
        </div>
        <ReasonButton
          variant="light"
          color="red"
          reason={reason ?? nothingLinked}
          leftSection={<Unlink size={15} />}
          onClick={unlinkDialog.open}
        >
          {es.tools.unlink}
        </ReasonButton>
      </div>
      <Modal
        opened={restartOpen}
        onClose={restartDialog.close}
        title={es.tools.restart}
        closeButtonProps={{ "aria-label": es.common.close }}
      >
        <div className={classes.dialog}>
          <p className={classes.plain}>{es.tools.restartConfirm}</p>
          <div className={classes.buttons}>
            <Button variant="default" onClick={restartDialog.close} data-autofocus>
              {es.common.back}
            </Button>
            <Button loading={restart.isPending} onClick={() => restart.mutate({})}>
              {es.tools.restart}
            </Button>
          </div>
        </div>
      </Modal>
      <UnlinkDialog opened={unlinkOpen} onClose={unlinkDialog.close} />
    </Card>
  );
}
