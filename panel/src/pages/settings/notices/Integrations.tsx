import { Button, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "../../../api/client";
import { keys } from "../../../api/queries";
import type { NoticeSettingsView } from "../../../api/types";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { toastDone, toastError } from "../../../lib/toasts";
import { useTimes } from "../../../session/useSession";
import settings from "../Settings.module.css";
import { CreateIntegration } from "./CreateIntegration";
import classes from "./Notices.module.css";

type Integration = NoticeSettingsView["integrations"][number];

/** Who may push notices. */
export function Integrations({ integrations }: { integrations: readonly Integration[] }) {
  const words = es.notices.settings;
  const times = useTimes();
  const [creating, setCreating] = useState(false);
  const [leaving, setLeaving] = useState<Integration | null>(null);
  return (
    <Card
      title={words.tokens}
      aside={
        <Button size="xs" leftSection={<Plus size={14} />} onClick={() => setCreating(true)}>
          {words.create}
        </Button>
      }
    >
      <p className={settings.hint}>{integrations.length === 0 ? words.tokensEmpty : words.tokensHint}</p>
      <ul className={classes.list}>
        {integrations.map((one) => (
          <li key={one.id} className={classes.item}>
            <div className={classes.who}>
              <div className={classes.name}>{one.name}</div>
              <p className={settings.hint}>
                {words.since(times.moment(one.created_at))} · {one.allowed_addresses.join(", ") || words.anywhere}
              </p>
            </div>
            <Button
              size="xs"
              variant="light"
              color="red"
              aria-label={words.revokeOf(one.name)}
              onClick={() => setLeaving(one)}
            >
              {words.revoke}
            </Button>
          </li>
        ))}
      </ul>
      <CreateIntegration opened={creating} onClose={() => setCreating(false)} />
      <RevokeDialog integration={leaving} onClose={() => setLeaving(null)} />
    </Card>
  );
}

function RevokeDialog({ integration, onClose }: { integration: Integration | null; onClose: () => void }) {
  const words = es.notices.settings;
  const client = useQueryClient();
  const revoke = api.useMutation("delete", "/api/settings/notices/integrations/{integration_id}", {
    onSuccess: () => {
      toastDone(words.revoked);
      onClose();
    },
    onError: toastError,
    onSettled: () => void client.invalidateQueries({ queryKey: keys.noticeSettings }),
  });
  return (
    <Modal
      opened={integration !== null}
      onClose={onClose}
      title={integration && words.revokeTitle(integration.name)}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <div className={settings.stack}>
        <p className={settings.hint}>{words.revokeText}</p>
        <div className={settings.row} style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {es.common.back}
          </Button>
          <Button
            color="red.8"
            loading={revoke.isPending}
            onClick={() => integration && revoke.mutate({ params: { path: { integration_id: integration.id } } })}
          >
            {words.revoke}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
