import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { ArrowLeft, ArrowLeftRight, Check, PanelRight, PanelRightOpen } from "lucide-react";
import type { TicketRow } from "../../api/types";
import { Badge, type Tone } from "../../components/Badge";
import { Initials } from "../../components/Initials";
import { es } from "../../i18n/es";
import classes from "./Conversation.module.css";
import { nameOf } from "./QueueRow";
import type { Standing } from "./standing";

export const STATUS_TONE: Record<TicketRow["status"], Tone> = { pending: "warn", in_progress: "info", closed: "plain" };

interface ConversationHeadProps {
  row: TicketRow;
  stand: Standing;
  sideOpen: boolean;
  onBack: () => void;
  onToggleSide: () => void;
  onTransfer: () => void;
  onClose: () => void;
}

export function ConversationHead({ row, stand, sideOpen, ...on }: ConversationHeadProps) {
  const name = nameOf(row);
  const mayAct = stand === "mine" || stand === "override";
  const SideIcon = sideOpen ? PanelRight : PanelRightOpen;
  return (
    <header className={classes.head}>
      <ActionIcon className={classes.back ?? ""} size={40} aria-label={es.chat.backToQueue} onClick={on.onBack}>
        <ArrowLeft size={19} />
      </ActionIcon>
      <Initials name={name} size={34} />
      <div className={classes.who}>
        <div className={classes.name}>
          <h2>{name}</h2>
          <span className={classes.badge}>
            <Badge tone={STATUS_TONE[row.status]} dot>
              {es.chat.status[row.status]}
            </Badge>
          </span>
        </div>
        <div className={classes.about}>
          <span className="num">#{row.number}</span> · {row.reason}
        </div>
      </div>
      {(mayAct || stand === "pending") && (
        <Tooltip label={es.chat.transfer.action}>
          <ActionIcon aria-label={es.chat.transfer.action} onClick={on.onTransfer} size={36}>
            <ArrowLeftRight size={17} />
          </ActionIcon>
        </Tooltip>
      )}
      {mayAct && (
        <Button
          className={classes.closeButton ?? ""}
          variant="default"
          aria-label={es.chat.closing.action}
          onClick={on.onClose}
          leftSection={<Check size={15} />}
        >
          <span className={classes.closeWords}>{es.chat.closing.action}</span>
        </Button>
      )}
      <Tooltip label={es.chat.side.toggle(sideOpen)}>
        <ActionIcon
          aria-label={es.chat.side.toggle(sideOpen)}
          aria-expanded={sideOpen}
          onClick={on.onToggleSide}
          size={36}
          {...(sideOpen && { color: "iris" })}
        >
          <SideIcon size={17} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
