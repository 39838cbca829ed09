import { Alert, Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../../../api/client";
import { keys } from "../../../api/queries";
import { es } from "../../../i18n/es";
import { toastDone, toastError } from "../../../lib/toasts";
import settings from "../../settings/Settings.module.css";

/** Gives back everything that one part has parked. */
export function ReplayAll({ service, part, count }: { service: string; part: string; count: number }) {
  const words = es.system.parked;
  const client = useQueryClient();
  const [open, dialog] = useDisclosure();
  const replay = api.useMutation("post", "/api/parked/replay", {
    onSuccess: ({ replayed, failed }) => {
      toastDone(words.replayedAll(replayed, failed));
      dialog.close();
    },
    onError: toastError,
    onSettled: () => void client.invalidateQueries({ queryKey: keys.parked }),
  });
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {words.replayAll(part)}
      </Button>
      <Modal
        opened={open}
        onClose={dialog.close}
        title={words.replayAllTitle(part)}
        closeButtonProps={{ "aria-label": es.common.close }}
      >
        <div className={settings.stack}>
          <Alert color="gray">{words.replayAllText(count)}</Alert>
          <div className={settings.row} style={{ justifyContent: "flex-end" }}>
            <Button variant="default" onClick={dialog.close} data-autofocus>
              {es.common.back}
            </Button>
            <Button loading={replay.isPending} onClick={() => replay.mutate({ body: { service } })}>
              {words.replay}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
