import { Alert } from "@mantine/core";
import { PlugZap } from "lucide-react";
import { wordError } from "../../../api/errors";
import type { ConnectionTestView } from "../../../api/types";
import { Card } from "../../../components/Card";
import { ReasonButton } from "../../../components/ReasonButton";
import { es } from "../../../i18n/es";
import settings from "../Settings.module.css";
import classes from "./Crm.module.css";

interface TestCardProps {
  result: ConnectionTestView | undefined;
  error: unknown;
  pending: boolean;
  onTest: () => void;
}

/** Probar Conexión: what is typed, saved or not. */
export function TestCard({ result, error, pending, onTest }: TestCardProps) {
  const words = es.settings.crm;
  return (
    <Card title={words.test} className={classes.test}>
      <div className={settings.stack}>
        <p className={settings.hint}>{words.testHint}</p>
        <ReasonButton
          variant="default"
          reason={pending ? words.testing : null}
          loading={pending}
          leftSection={<PlugZap size={15} />}
          onClick={onTest}
        >
          {words.test}
        </ReasonButton>
        <div aria-live="polite">
          {result && (
            <Alert color={result.ok ? "teal" : "red"} data-testid="crm-test">
              {result.message}
            </Alert>
          )}
          {error !== null && <Alert color="red">{wordError(error)}</Alert>}
        </div>
      </div>
    </Card>
  );
}
