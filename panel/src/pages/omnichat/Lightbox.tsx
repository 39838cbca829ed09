import { ActionIcon, Modal, Tooltip } from "@mantine/core";
import { Download } from "lucide-react";
import { es } from "../../i18n/es";
import classes from "./Lightbox.module.css";

interface LightboxProps {
  url: string;
  name: string;
  opened: boolean;
  onClose: () => void;
}

/** A picture as large as the window. */
export function Lightbox({ url, name, opened, onClose }: LightboxProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="auto"
      title={
        <span className={classes.title}>
          {name}
          <Tooltip label={es.chat.media.download(name)}>
            <ActionIcon component="a" href={url} download={name} aria-label={es.chat.media.download(name)}>
              <Download size={17} />
            </ActionIcon>
          </Tooltip>
        </span>
      }
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <img className={classes.picture} src={url} alt={name} />
    </Modal>
  );
}
