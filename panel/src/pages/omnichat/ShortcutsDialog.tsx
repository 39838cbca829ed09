import { Kbd, Modal } from "@mantine/core";
import { es } from "../../i18n/es";
import classes from "./ShortcutsDialog.module.css";

const { keys } = es.chat;
const SHORTCUTS: readonly (readonly [string[], string])[] = [
  [["Enter"], keys.send],
  [["Mayús", "Enter"], keys.newline],
  [["Alt", "↑ / ↓"], keys.move],
  [["1", "2", "3"], keys.tabs],
  [["/"], keys.search],
  [["T"], keys.take],
  [["R"], keys.write],
  [["Alt", "N"], keys.note],
  [["X"], keys.transfer],
  [["C"], keys.close],
  [["I"], keys.side],
  [["Esc"], keys.escape],
  [["?"], keys.help],
];

export function ShortcutsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={keys.title} closeButtonProps={{ "aria-label": es.common.close }}>
      <dl className={classes.list}>
        {SHORTCUTS.map(([combination, what]) => (
          <div key={what} className={classes.row}>
            <dt>{what}</dt>
            <dd>
              {combination.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
