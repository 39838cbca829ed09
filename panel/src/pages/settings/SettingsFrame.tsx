import { Alert, Button, Modal } from "@mantine/core";
import { Link, useBlocker } from "@tanstack/react-router";
import { ArrowLeft, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, wordError } from "../../api/errors";
import { PageHead } from "../../components/PageHead";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import classes from "./Settings.module.css";

interface SettingsFrameProps {
  title: string;
  intro: string;
  /** There is something to save. */
  dirty: boolean;
  saving: boolean;
  error: unknown;
  /** Said beside "Guardar"; it does not forbid to save. */
  warning?: string | null;
  onSave: () => void;
  /** Forget the changes and read what is saved. */
  onDiscard: () => void;
  children: ReactNode;
}

/** What every subsection of Ajustes Generales has: Regresar, Guardar, and a word before changes are lost. */
export function SettingsFrame(props: SettingsFrameProps) {
  const { title, intro, dirty, saving, error, warning, onSave, onDiscard, children } = props;
  const conflict = error instanceof ApiError && error.status === 409;
  return (
    <div className={classes.page}>
      <PageHead
        title={title}
        intro={intro}
        action={
          <Button component={Link} to="/ajustes" variant="default" leftSection={<ArrowLeft size={15} />}>
            {es.settings.goBack}
          </Button>
        }
      />
      {conflict && (
        <Alert color="yellow" role="alert" title={es.settings.conflictTitle} className={classes.alert}>
          <p className={classes.hint}>{es.settings.conflict}</p>
          <Button mt={10} size="xs" variant="default" onClick={onDiscard}>
            {es.settings.conflictShow}
          </Button>
        </Alert>
      )}
      {!conflict && error !== null && error !== undefined && (
        <Alert color="red" role="alert" className={classes.alert}>
          {wordError(error)}
        </Alert>
      )}
      {children}
      <section className={classes.bar} data-dirty={dirty || undefined} aria-label={es.settings.save}>
        <p className={classes.barText} role="status">
          {dirty ? (warning ?? es.settings.unsaved) : es.settings.noChanges}
        </p>
        {dirty && (
          <Button variant="default" onClick={onDiscard}>
            {es.settings.discard}
          </Button>
        )}
        <ReasonButton reason={dirty ? null : es.settings.noChanges} loading={saving} onClick={onSave}>
          {es.settings.save}
        </ReasonButton>
      </section>
      <LeaveGuard dirty={dirty} />
    </div>
  );
}

function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  const asked = blocker.status === "blocked";
  return (
    <Modal
      opened={asked}
      onClose={() => blocker.reset?.()}
      title={es.settings.leaveTitle}
      closeButtonProps={{ "aria-label": es.common.close }}
    >
      <div className={classes.stack}>
        <Alert color="yellow" icon={<TriangleAlert size={16} />}>
          {es.settings.leaveText}
        </Alert>
        <div className={classes.row} style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={() => blocker.proceed?.()}>
            {es.settings.leave}
          </Button>
          <Button data-autofocus onClick={() => blocker.reset?.()}>
            {es.settings.stay}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
