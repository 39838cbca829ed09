import { Alert, Button, Modal, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { wordError } from "../../api/errors";
import type { TicketRow } from "../../api/types";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import { applyTicket } from "../../live/apply";
import { useSession } from "../../session/useSession";
import classes from "./Dialogs.module.css";

const MAX_COMMENT = 1000;

interface CloseDialogProps {
  ticket: TicketRow;
  opened: boolean;
  onClose: () => void;
}

export function CloseDialog({ ticket, opened, onClose }: CloseDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={es.chat.closing.title(ticket.number)}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <CloseForm ticket={ticket} onClose={onClose} />
    </Modal>
  );
}

function CloseForm({ ticket, onClose }: Omit<CloseDialogProps, "opened">) {
  const { user } = useSession();
  const client = useQueryClient();
  const [comment, setComment] = useState("");
  const close = api.useMutation("post", "/api/tickets/{ticket_id}/close", {
    onSuccess: (row) => {
      applyTicket(client, row, user.id);
      toastDone(es.chat.closing.done(row.number));
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const words = comment.trim();
    close.mutate({ params: { path: { ticket_id: ticket.id } }, body: words ? { comment: words } : {} });
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      <Textarea
        label={es.chat.closing.comment}
        description={es.chat.closing.hint}
        data-autofocus
        autosize
        minRows={3}
        maxRows={8}
        maxLength={MAX_COMMENT}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <p className={classes.info}>{es.chat.closing.info}</p>
      {close.isError && (
        <Alert color="red" role="alert">
          {wordError(close.error)}
        </Alert>
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {es.common.back}
        </Button>
        <Button type="submit" loading={close.isPending}>
          {es.chat.closing.action}
        </Button>
      </div>
    </form>
  );
}
