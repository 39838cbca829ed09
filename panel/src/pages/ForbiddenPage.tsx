import { Lock } from "lucide-react";
import { Message } from "../components/States";
import { es } from "../i18n/es";

export function ForbiddenPage() {
  return (
    <Message icon={Lock} title={es.errors.forbiddenTitle} role="alert">
      {es.errors.forbidden}
    </Message>
  );
}
