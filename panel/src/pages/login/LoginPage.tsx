import { Alert, Button, Checkbox, PasswordInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { api } from "../../api/client";
import { ApiError, wordError } from "../../api/errors";
import { keys, publicQuery } from "../../api/queries";
import { Logo } from "../../components/Logo";
import { useTabTitle } from "../../components/PageHead";
import { es } from "../../i18n/es";
import { landingPath } from "../../session/permissions";
import classes from "./Login.module.css";

const route = getRouteApi("/ingresar");

export function LoginPage() {
  useTabTitle(es.login.title);
  const { destino, vencida } = route.useSearch();
  const company = useQuery(publicQuery);
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [remember, setRemember] = useState(false);
  const waitS = useThrottle();

  const login = api.useMutation("post", "/api/login", {
    onSuccess: async (session) => {
      client.clear();
      client.setQueryData(keys.session, session);
      if (session.must_change_password) await navigate({ to: "/clave", search: destino ? { destino } : {} });
      else if (destino) router.history.push(destino);
      else await navigate({ to: landingPath(session) });
    },
    onError: (error) => {
      setPassword("");
      waitS.start(error);
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (username.trim() && password) login.mutate({ body: { username, password, remember } });
  }

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit} aria-label={es.login.title}>
        {company.data?.logo_url ? (
          <img src={company.data.logo_url} alt="" className={classes.logo} />
        ) : (
          <Logo size={44} />
        )}
        <div>
          <h1 className={classes.title}>{company.data?.company_name ?? es.product}</h1>
          <p className={classes.intro}>{es.login.intro}</p>
        </div>
        {vencida && !login.isError && <Alert color="yellow">{es.login.expired}</Alert>}
        {login.isError && (
          <Alert color="red" role="alert">
            {wordError(login.error)}
          </Alert>
        )}
        <TextInput
          label={es.login.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          size="md"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={es.login.password}
          name="password"
          autoComplete="current-password"
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": es.login.show, "aria-hidden": false, tabIndex: 0 }}
        />
        <Checkbox
          label={es.login.remember}
          checked={remember}
          onChange={(event) => setRemember(event.currentTarget.checked)}
        />
        <Button type="submit" size="md" fullWidth loading={login.isPending} disabled={waitS.left > 0}>
          {waitS.left > 0 ? es.login.wait(waitS.left) : es.login.submit}
        </Button>
      </form>
    </main>
  );
}

/** Counts down the seconds that a throttled login has to wait. */
function useThrottle() {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  const start = (error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 429) return;
    const seconds = Number(error.details?.wait_s);
    if (Number.isFinite(seconds)) setLeft(Math.ceil(seconds));
  };
  return { left, start };
}
