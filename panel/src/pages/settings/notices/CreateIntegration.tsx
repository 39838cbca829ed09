import { Alert, Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../../api/client";
import { wordError } from "../../../api/errors";
import { keys } from "../../../api/queries";
import { CopyField } from "../../../components/CopyField";
import { es } from "../../../i18n/es";
import { fieldError } from "../fieldError";
import settings from "../Settings.module.css";

interface CreateIntegrationProps {
  opened: boolean;
  onClose: () => void;
}

/** A new token, shown this once: then only its button closes the dialog, no key that is hit by accident. */
export function CreateIntegration({ opened, onClose }: CreateIntegrationProps) {
  const [tokenShown, setTokenShown] = useState(false);
  function close() {
    setTokenShown(false);
    onClose();
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={!tokenShown}
      withCloseButton={!tokenShown}
      title={es.notices.settings.createTitle}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <Steps onClose={close} onToken={() => setTokenShown(true)} />
    </Modal>
  );
}

function Steps({ onClose, onToken }: { onClose: () => void; onToken: () => void }) {
  const words = es.notices.settings;
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [addresses, setAddresses] = useState("");
  const create = api.useMutation("post", "/api/settings/notices/integrations", {
    onSuccess: onToken,
    onSettled: () => void client.invalidateQueries({ queryKey: keys.noticeSettings }),
  });
  const wrongName = fieldError(create.error, "name");
  const wrongAddress = fieldError(create.error, "allowed_addresses");

  function submit(event: FormEvent) {
    event.preventDefault();
    const allowed_addresses = addresses.split(/[\s,]+/).filter(Boolean);
    if (name.trim()) create.mutate({ body: { name: name.trim(), allowed_addresses } });
  }

  if (create.data) {
    return (
      <div className={settings.stack}>
        <Alert color="yellow" title={words.tokenOnce}>
          {words.tokenOnceText}
        </Alert>
        <CopyField label={words.token} value={create.data.token} copyLabel={words.copyToken} />
        <div className={settings.row} style={{ justifyContent: "flex-end" }}>
          <Button onClick={onClose}>{words.done}</Button>
        </div>
      </div>
    );
  }
  return (
    <form className={settings.stack} onSubmit={submit}>
      <TextInput
        label={words.name}
        description={words.nameHint}
        maxLength={60}
        autoComplete="off"
        data-autofocus
        value={name}
        error={wrongName}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={words.addresses}
        description={words.addressesHint}
        autosize
        minRows={2}
        value={addresses}
        error={wrongAddress}
        onChange={(event) => setAddresses(event.currentTarget.value)}
      />
      {create.isError && !wrongName && !wrongAddress && (
        <Alert color="red" role="alert">
          {wordError(create.error)}
        </Alert>
      )}
      <div className={settings.row} style={{ justifyContent: "flex-end" }}>
        <Button variant="default" onClick={onClose}>
          {es.common.back}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {words.create}
        </Button>
      </div>
    </form>
  );
}
