import { Button, Modal, TextInput } from "@mantine/core";
import { LocateFixed } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { LocationBody } from "../../api/types";
import { es } from "../../i18n/es";
import { parsePlace } from "../../lib/place";
import classes from "./Dialogs.module.css";

interface LocationDialogProps {
  opened: boolean;
  onClose: () => void;
  onSend: (place: LocationBody) => void;
}

export function LocationDialog({ opened, onClose, onSend }: LocationDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={es.chat.locate.title}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <LocationForm onClose={onClose} onSend={onSend} />
    </Modal>
  );
}

function LocationForm({ onClose, onSend }: Omit<LocationDialogProps, "opened">) {
  const [where, setWhere] = useState("");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    const place = parsePlace(where);
    if (!place) {
      setProblem(es.chat.locate.invalid);
      return;
    }
    onSend({ ...place, ...(name.trim() && { name: name.trim() }) });
    onClose();
  }

  const locateMe = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setProblem(null);
        setWhere(`${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`);
      },
      () => setProblem(es.chat.locate.denied),
    );

  return (
    <form onSubmit={submit} className={classes.form}>
      <TextInput
        label={es.chat.locate.field}
        description={es.chat.locate.hint}
        data-autofocus
        value={where}
        error={problem}
        onChange={(event) => {
          setProblem(null);
          setWhere(event.currentTarget.value);
        }}
      />
      <TextInput
        label={es.chat.locate.name}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={classes.buttons}>
        {"geolocation" in navigator && (
          <Button variant="subtle" leftSection={<LocateFixed size={15} />} onClick={locateMe}>
            {es.chat.locate.mine}
          </Button>
        )}
        <Button type="submit">{es.chat.locate.send}</Button>
      </div>
    </form>
  );
}
