import { CircleCheck, CircleStop, type LucideIcon, RefreshCcw, Siren } from "lucide-react";
import { useState } from "react";
import type { BotMode, OperationView } from "../../api/types";
import { Badge, type Tone } from "../../components/Badge";
import { ReasonButton } from "../../components/ReasonButton";
import { es } from "../../i18n/es";
import classes from "./ModeCards.module.css";
import { ModeDialog } from "./ModeDialog";

const MODES: readonly { mode: BotMode; icon: LucideIcon; tone: Tone }[] = [
  { mode: "COMPLETE", icon: CircleCheck, tone: "ok" },
  { mode: "GATEWAY_ONLY", icon: RefreshCcw, tone: "warn" },
  { mode: "EMERGENCY", icon: Siren, tone: "bad" },
  { mode: "STOPPED", icon: CircleStop, tone: "bad" },
];

/** The four modes of operation, what each does and when to use it. */
export function ModeCards({ operation, reason }: { operation: OperationView; reason: string | null }) {
  const [asked, setAsked] = useState<BotMode | null>(null);
  return (
    <section aria-label={es.tools.modes} className={classes.modes}>
      {MODES.map(({ mode, icon: Icon, tone }) => {
        const current = mode === operation.mode;
        const words = es.tools.cards[mode];
        return (
          <article
            key={mode}
            className={classes.card}
            data-current={current || undefined}
            aria-label={es.mode.names[mode]}
          >
            <header className={classes.head}>
              <span className={classes.icon} data-tone={tone}>
                <Icon size={17} aria-hidden="true" />
              </span>
              <h2 className={classes.name}>{es.mode.names[mode]}</h2>
              {current && (
                <Badge tone={tone} dot>
                  {es.tools.current}
                </Badge>
              )}
            </header>
            <ul className={classes.does}>
              {words.does.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <p className={classes.when}>
              <b>{es.tools.useWhen}</b> {words.when}
            </p>
            {!current && (
              <ReasonButton
                variant="default"
                fullWidth
                reason={reason}
                aria-label={es.tools.activateMode(es.mode.names[mode])}
                onClick={() => setAsked(mode)}
              >
                {es.tools.activate}
              </ReasonButton>
            )}
          </article>
        );
      })}
      <ModeDialog to={asked} revision={operation.revision} onClose={() => setAsked(null)} />
    </section>
  );
}
