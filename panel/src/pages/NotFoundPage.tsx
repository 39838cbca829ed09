import { Link } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { Message } from "../components/States";
import { es } from "../i18n/es";

export function NotFoundPage() {
  return (
    <Message icon={MapPinOff} title={es.errors.notFoundTitle} action={<Link to="/">{es.errors.goHome}</Link>}>
      {es.errors.notFound}
    </Message>
  );
}
