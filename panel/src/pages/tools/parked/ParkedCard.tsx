import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { parkedQuery } from "../../../api/settings";
import { Badge } from "../../../components/Badge";
import { Card } from "../../../components/Card";
import { es } from "../../../i18n/es";
import { formatCount } from "../../../lib/numbers";
import classes from "../Tools.module.css";

/** The way to the parked messages, with how many there are. */
export function ParkedCard() {
  const words = es.system.parked;
  const total = useInfiniteQuery(parkedQuery(null)).data?.pages[0]?.total ?? 0;
  return (
    <Card
      title={words.card}
      className={classes.parked}
      aside={total > 0 && <Badge tone="warn">{formatCount(total)}</Badge>}
    >
      <div className={classes.action}>
        <p className={classes.hint}>{words.cardHint}</p>
        <Button component={Link} to="/herramientas/apartados" variant="default">
          {words.open}
        </Button>
      </div>
    </Card>
  );
}
