import { Modal, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Hash } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { wordError } from "../../api/errors";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import { usePermission } from "../../session/useSession";
import classes from "./LinkCard.module.css";

const MIN_DIGITS = 10;

/** Linking without a camera: WhatsApp gives a code to type on the phone. */
export function PairByPhone({ code }: { code: string | null }) {
  const [open, dialog] = useDisclosure();
  const reason = usePermission("tools.change") ? null : es.link.onlyAdmins;
  const [phone, setPhone] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const ask = api.useMutation("post", "/api/whatsapp/pair-code");
  const shown = ask.data?.code ?? code;

  function submit(event: FormEvent) {
    event.preventDefault();
    const enough = phone.replace(/\D/g, "").length >= MIN_DIGITS;
    setWrong(enough ? null : es.link.phoneInvalid);
    if (enough) ask.mutate({ body: { phone } });
  }

  return (
    <div>
      <ReasonButton reason={reason} variant="default" leftSection={<Hash size={15} />} onClick={dialog.open}>
        {es.link.byPhone}
      </ReasonButton>
      <Modal
        opened={open}
        onClose={dialog.close}
        title={es.link.byPhoneTitle}
        closeButtonProps={{ "aria-label": es.common.close }}
      >
        <form onSubmit={submit} className={classes.form}>
          <p className={classes.hint}>{es.link.byPhoneIntro}</p>
          <TextInput
            label={es.link.phone}
            description={es.link.phoneHint}
            inputMode="tel"
            autoComplete="tel"
            data-autofocus
            value={phone}
            onChange={(event) => setPhone(event.currentTarget.value)}
            error={wrong ?? (ask.isError ? wordError(ask.error) : null)}
          />
          {shown && (
            <output className={classes.code} aria-label={es.link.yourCode}>
              {shown}
            </output>
          )}
          <ReasonButton reason={reason} type="submit" loading={ask.isPending}>
            {es.link.askCode}
          </ReasonButton>
        </form>
      </Modal>
    </div>
  );
}
