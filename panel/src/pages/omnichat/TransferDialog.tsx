import { Alert, Button, Modal, Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { wordError } from "../../api/errors";
import { agentsQuery } from "../../api/queries";
import type { TicketRow } from "../../api/types";
import { ReasonButton } from "../../components/ReasonButton";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import { applyTicket } from "../../live/apply";
import { useOnline } from "../../live/liveState";
import { useSession } from "../../session/useSession";
import classes from "./Dialogs.module.css";

interface TransferDialogProps {
  ticket: TicketRow;
  opened: boolean;
  onClose: () => void;
}

export function TransferDialog({ ticket, opened, onClose }: TransferDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={es.chat.transfer.title(ticket.number)}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <TransferForm ticket={ticket} onClose={onClose} />
    </Modal>
  );
}

const AGENT = "agent:";
const DEPARTMENT = "department:";

function TransferForm({ ticket, onClose }: Omit<TransferDialogProps, "opened">) {
  const { user } = useSession();
  const client = useQueryClient();
  const online = useOnline();
  const targets = useQuery(agentsQuery);
  const [to, setTo] = useState<string | null>(null);

  const agents = targets.data?.agents.filter((agent) => agent.id !== ticket.assignee?.id) ?? [];
  const departments = targets.data?.departments ?? [];
  const isOnline = (agentId: string) => agentId === user.id || online.has(agentId);
  const sorted = [...agents].sort((a, b) => Number(isOnline(b.id)) - Number(isOnline(a.id)));
  const nameOfTarget = (target: string): string =>
    agents.find((agent) => AGENT + agent.id === target)?.name ??
    departments.find((department) => DEPARTMENT + department.id === target)?.name ??
    "";

  const transfer = api.useMutation("post", "/api/tickets/{ticket_id}/transfer", {
    onSuccess: (row) => {
      applyTicket(client, row, user.id);
      if (to) toastDone(es.chat.transfer.done(nameOfTarget(to)));
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!to) return;
    const body = to.startsWith(AGENT)
      ? { agent_id: to.slice(AGENT.length) }
      : { department: to.slice(DEPARTMENT.length) };
    transfer.mutate({ params: { path: { ticket_id: ticket.id } }, body });
  }

  if (targets.isPending) return <Waiting />;
  if (targets.isError) return <Failure error={targets.error} onRetry={() => void targets.refetch()} />;
  if (agents.length + departments.length === 0) return <p className={classes.info}>{es.chat.transfer.empty}</p>;
  return (
    <form onSubmit={submit} className={classes.form}>
      <Select
        label={es.chat.transfer.to}
        placeholder={es.chat.transfer.pick}
        searchable
        data-autofocus
        value={to}
        onChange={setTo}
        maxDropdownHeight={320}
        data={[
          {
            group: es.chat.transfer.agents,
            items: sorted.map((agent) => ({ value: AGENT + agent.id, label: agent.name })),
          },
          {
            group: es.chat.transfer.departments,
            items: departments.map((department) => ({ value: DEPARTMENT + department.id, label: department.name })),
          },
        ]}
        renderOption={({ option }) => (
          <span className={classes.target}>
            <span>{option.label}</span>
            <span>
              {!option.value.startsWith(AGENT)
                ? es.chat.transfer.departmentHint
                : isOnline(option.value.slice(AGENT.length))
                  ? es.chat.transfer.online
                  : es.chat.transfer.offline}
            </span>
          </span>
        )}
      />
      {transfer.isError && (
        <Alert color="red" role="alert">
          {wordError(transfer.error)}
        </Alert>
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          {es.common.back}
        </Button>
        <ReasonButton type="submit" reason={to ? null : es.chat.transfer.pick} loading={transfer.isPending}>
          {es.chat.transfer.submit}
        </ReasonButton>
      </div>
    </form>
  );
}
