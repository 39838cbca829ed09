import { Menu, UnstyledButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { KeyRound, LogOut } from "lucide-react";
import { api } from "../api/client";
import { Initials } from "../components/Initials";
import { es } from "../i18n/es";
import { toastError } from "../lib/toasts";
import { useSession } from "../session/useSession";
import classes from "./UserMenu.module.css";

export function UserMenu({ small }: { small: boolean }) {
  const { user } = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const logout = api.useMutation("post", "/api/logout", {
    onSuccess: async () => {
      await navigate({ to: "/ingresar" });
      client.clear();
    },
    onError: toastError,
  });
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={es.shell.user(user.name)}>
          <Initials name={user.name} size={26} />
          {!small && <span className={classes.name}>{user.name}</span>}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.name} · {es.roles[user.role]}
        </Menu.Label>
        <Menu.Item leftSection={<KeyRound size={15} />} onClick={() => void navigate({ to: "/clave" })}>
          {es.password.title}
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={15} />} onClick={() => logout.mutate({})}>
          {es.shell.logout}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
