import { Alert, Button, Modal, TextInput } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { wordError } from "../../api/errors";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import classes from "./Tools.module.css";

interface UnlinkDialogProps {
  opened: boolean;
  onClose: () => void;
}

/** Asks twice: first what it means, then the word itself. */
export function UnlinkDialog({ opened, onClose }: UnlinkDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={es.tools.unlinkAsk}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <Questions onClose={onClose} />
    </Modal>
  );
}

function Questions({ onClose }: { onClose: () => void }) {
  const [understood, setUnderstood] = useState(false);
  const [word, setWord] = useState("");
  const unlink = api.useMutation("post", "/api/whatsapp/unlink", {
    onSuccess: () => {
      toastDone(es.tools.unlinked);
      onClose();
    },
  });
  const typed = word.trim() === es.tools.unlinkWord;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (typed) unlink.mutate({ body: { confirm: es.tools.unlinkWord } });
  }

  return (
    <form onSubmit={submit} className={classes.dialog}>
      <Alert color="red" icon={<TriangleAlert size={16} />}>
        {es.tools.unlinkWarning}
      </Alert>
      {understood && (
        <TextInput
          label={es.tools.unlinkType}
          autoComplete="off"
          autoFocus
          value={word}
          onChange={(event) => setWord(event.currentTarget.value)}
          error={unlink.isError ? wordError(unlink.error) : null}
        />
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {es.common.back}
        </Button>
        {understood ? (
          <ReasonButton
            type="submit"
            color="red.8"
            reason={typed ? null : es.tools.unlinkMissing}
            loading={unlink.isPending}
          >
            {es.tools.unlink}
          </ReasonButton>
        ) : (
          <Button color="red.8" onClick={() => setUnderstood(true)}>
            {es.tools.unlinkContinue}
          </Button>
        )}
      </div>
    </form>
  );
}
