import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { modeQuery, zonesQuery } from "../../api/queries";
import { PageHead } from "../../components/PageHead";
import { Failure, Waiting } from "../../components/States";
import { es } from "../../i18n/es";
import { usePermission } from "../../session/useSession";
import { EmergencyMessage } from "./EmergencyMessage";
import { ModeCards } from "./ModeCards";
import { ParkedCard } from "./parked/ParkedCard";
import { SystemActions } from "./SystemActions";
import classes from "./Tools.module.css";
import { ZoneEmergency } from "./ZoneEmergency";

export function ToolsPage() {
  const operation = useQuery(modeQuery);
  const zones = useQuery(zonesQuery);
  const mayChange = usePermission("tools.change");
  const maySeeParked = usePermission("parked.manage");
  const reason = mayChange ? null : es.common.noPermission;

  return (
    <div className={classes.page}>
      <PageHead title={es.tools.title} intro={es.tools.intro} />
      {!mayChange && (
        <Alert icon={<Eye size={16} />} color="gray" mb={16}>
          {es.tools.readOnly}
        </Alert>
      )}
      {operation.isPending && <Waiting />}
      {operation.isError && <Failure error={operation.error} onRetry={() => void operation.refetch()} />}
      {operation.data && (
        <>
          <ModeCards operation={operation.data} reason={reason} />
          <div className={classes.columns}>
            <EmergencyMessage operation={operation.data} reason={reason} />
            {zones.isPending && <Waiting />}
            {zones.isError && <Failure error={zones.error} onRetry={() => void zones.refetch()} />}
            {zones.data && <ZoneEmergency operation={operation.data} zones={zones.data.zones} reason={reason} />}
          </div>
          {maySeeParked && <ParkedCard />}
          <SystemActions reason={reason} />
        </>
      )}
    </div>
  );
}
