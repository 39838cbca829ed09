import { Switch } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../../api/client";
import { keys } from "../../../api/queries";
import { noticeSettingsQuery } from "../../../api/settings";
import type { NoticeSettingsView } from "../../../api/types";
import { Card } from "../../../components/Card";
import { useTabTitle } from "../../../components/PageHead";
import { Failure, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import { toastDone } from "../../../lib/toasts";
import settings from "../Settings.module.css";
import { SettingsFrame } from "../SettingsFrame";
import { useDraft } from "../useDraft";
import { Integrations } from "./Integrations";
import { FileFields, PaceFields } from "./PaceFields";
import { PasteExample } from "./PasteExample";
import { SendLight } from "./SendLight";

/** Avisos (gateway): who may push notices, what to paste there, and how they leave. */
export function NoticeSettingsPage() {
  useTabTitle(es.notices.settings.title);
  const saved = useQuery(noticeSettingsQuery);
  if (saved.isPending) return <Waiting />;
  if (saved.isError) return <Failure error={saved.error} onRetry={() => void saved.refetch()} />;
  return <Editor saved={saved.data} />;
}

const rulesOf = (saved: NoticeSettingsView) => saved.rules;

function Editor({ saved }: { saved: NoticeSettingsView }) {
  const words = es.notices.settings;
  const client = useQueryClient();
  const { base, form: rules, dirty, change, reset } = useDraft(saved, rulesOf);
  const save = api.useMutation("put", "/api/settings/notices", {
    onSuccess: (fresh) => {
      client.setQueryData(keys.noticeSettings, fresh);
      reset();
      toastDone(es.common.saved);
    },
  });
  return (
    <SettingsFrame
      title={words.title}
      intro={words.intro}
      dirty={dirty}
      saving={save.isPending}
      error={save.error ?? null}
      onSave={() => save.mutate({ body: { rules, revision: base.revision, sending_revision: base.sending_revision } })}
      onDiscard={() => {
        reset();
        save.reset();
        void client.invalidateQueries({ queryKey: keys.noticeSettings });
      }}
    >
      <div className={settings.columns}>
        <div className={settings.stack}>
          <Integrations integrations={saved.integrations} />
          <PasteExample pushUrl={saved.push_url} />
          <PaceFields rules={rules} onChange={change} />
          <FileFields rules={rules} onChange={change} />
        </div>
        <div className={`${settings.stack} ${settings.first}`}>
          <Card title={words.title}>
            <Switch
              label={words.enabled}
              description={words.enabledHint}
              checked={rules.enabled}
              onChange={(event) => change({ enabled: event.currentTarget.checked })}
            />
          </Card>
          <SendLight />
        </div>
      </div>
    </SettingsFrame>
  );
}
