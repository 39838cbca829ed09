import { Tooltip } from "@mantine/core";
import { Light } from "../components/Badge";
import { es } from "../i18n/es";
import classes from "./BotStatus.module.css";
import { LINK_TONE, useBot } from "./useBot";

function useWords() {
  const { link, operation } = useBot();
  if (!link) return null;
  return {
    state: es.bot.states[link.state],
    mode: operation ? es.mode.names[operation.mode] : null,
    tone: LINK_TONE[link.state],
    pulse: link.state !== "connected",
  };
}

/** Bot state and mode in words, at the foot of the sidebar. */
export function BotCard() {
  const words = useWords();
  if (!words) return null;
  return (
    <div className={classes.card} role="status" aria-label={es.shell.botStatus}>
      <Light tone={words.tone} pulse={words.pulse} />
      <div>
        <div className={classes.state}>{words.state}</div>
        {words.mode && <div className={classes.mode}>{words.mode}</div>}
      </div>
    </div>
  );
}

/** The same as a light, where there is no room; the words come on hover, focus or to a screen reader. */
export function BotLight() {
  const words = useWords();
  if (!words) return null;
  const label = [words.state, words.mode].filter(Boolean).join(" · ");
  return (
    <Tooltip label={label} position="right">
      <span className={classes.light} role="img" aria-label={`${es.shell.botStatus}: ${label}`}>
        <Light tone={words.tone} pulse={words.pulse} />
      </span>
    </Tooltip>
  );
}
