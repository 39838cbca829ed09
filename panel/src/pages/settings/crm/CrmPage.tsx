import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../../api/client";
import { keys } from "../../../api/queries";
import { crmSettingsQuery } from "../../../api/settings";
import type { CrmForm, CrmSettingsView } from "../../../api/types";
import { useTabTitle } from "../../../components/PageHead";
import { Failure, Waiting } from "../../../components/States";
import { es } from "../../../i18n/es";
import { toastDone } from "../../../lib/toasts";
import settings from "../Settings.module.css";
import { SettingsFrame } from "../SettingsFrame";
import { useDraft } from "../useDraft";
import { Capabilities } from "./Capabilities";
import classes from "./Crm.module.css";
import { chosenOnly, fullForm, type VendorName } from "./form";
import { IspbrainFields } from "./IspbrainFields";
import { IspcubeFields } from "./IspcubeFields";
import { MikroWispFields } from "./MikroWispFields";
import { RequestMeter } from "./RequestMeter";
import { Rules } from "./Rules";
import { TestCard } from "./TestCard";
import { VendorPicker } from "./VendorPicker";

/** Integraciones ISP: which management system, how to reach it, and what it can do. */
export function CrmPage() {
  useTabTitle(es.settings.crm.title);
  const saved = useQuery(crmSettingsQuery);
  if (saved.isPending) return <Waiting />;
  if (saved.isError) return <Failure error={saved.error} onRetry={() => void saved.refetch()} />;
  return <Editor saved={saved.data} />;
}

/** What of the form a test speaks about. */
const tested = (form: CrmForm): string => JSON.stringify([form.vendor, chosenOnly(form)[form.vendor ?? "mikrowisp"]]);

function Editor({ saved }: { saved: CrmSettingsView }) {
  const words = es.settings.crm;
  const client = useQueryClient();
  const { base, form, dirty, change, reset } = useDraft(saved, fullForm);
  const [testedForm, setTestedForm] = useState<string | null>(null);
  const test = api.useMutation("post", "/api/settings/crm/test");
  const save = api.useMutation("put", "/api/settings/crm", {
    onSuccess: (fresh) => {
      client.setQueryData(keys.crmSettings, fresh);
      void client.invalidateQueries({ queryKey: keys.crmStatus });
      void client.invalidateQueries({ queryKey: keys.crmMeter });
      reset();
      toastDone(es.common.saved);
    },
  });
  const vendor = form.vendor as VendorName | null;
  const current = testedForm === tested(form);
  const changedConnection = tested(form) !== tested(fullForm(base));
  const untested = !vendor || !changedConnection || (current && test.data?.ok);
  const warning = untested ? null : current && test.data ? words.failedTest : words.untested;
  const error = save.error ?? null;
  const fields = {
    error: error ?? test.error,
    hasSecret: (name: string) => base.saved_secrets.includes(name),
  };

  return (
    <SettingsFrame
      title={words.title}
      intro={words.intro}
      dirty={dirty}
      saving={save.isPending}
      error={error}
      warning={warning}
      onSave={() =>
        save.mutate({
          body: { form: chosenOnly(form), revision: base.revision, company_revision: base.company_revision },
        })
      }
      onDiscard={() => {
        reset();
        save.reset();
        test.reset();
        void client.invalidateQueries({ queryKey: keys.crmSettings });
      }}
    >
      <div className={settings.columns}>
        <div className={`${settings.stack} ${classes.main}`}>
          <VendorPicker value={form.vendor} inUse={saved.form.vendor} onChange={(next) => change({ vendor: next })} />
          {vendor === "mikrowisp" && form.mikrowisp && (
            <MikroWispFields
              form={form.mikrowisp}
              onChange={(patch) => form.mikrowisp && change({ mikrowisp: { ...form.mikrowisp, ...patch } })}
              {...fields}
            />
          )}
          {vendor === "ispcube" && form.ispcube && (
            <IspcubeFields
              form={form.ispcube}
              onChange={(patch) => form.ispcube && change({ ispcube: { ...form.ispcube, ...patch } })}
              {...fields}
            />
          )}
          {vendor === "ispbrain" && form.ispbrain && (
            <IspbrainFields
              form={form.ispbrain}
              onChange={(patch) => form.ispbrain && change({ ispbrain: { ...form.ispbrain, ...patch } })}
              {...fields}
            />
          )}
          <Rules form={form} error={error} onChange={change} />
        </div>
        <div className={`${settings.stack} ${classes.aside}`}>
          {vendor && (
            <TestCard
              result={current ? test.data : undefined}
              error={current ? test.error : null}
              pending={test.isPending}
              onTest={() => {
                setTestedForm(tested(form));
                test.mutate({ body: chosenOnly(form) });
              }}
            />
          )}
          {saved.form.vendor === "ispcube" && <RequestMeter />}
          <Capabilities revision={base.revision} />
        </div>
      </div>
    </SettingsFrame>
  );
}
