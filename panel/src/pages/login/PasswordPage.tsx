import { Alert, Button, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { wordError } from "../../api/errors";
import { keys } from "../../api/queries";
import { Logo } from "../../components/Logo";
import { useTabTitle } from "../../components/PageHead";
import { es } from "../../i18n/es";
import { toastDone } from "../../lib/toasts";
import { landingPath } from "../../session/permissions";
import { useSession } from "../../session/useSession";
import classes from "./Login.module.css";

const route = getRouteApi("/clave");
const MIN_LENGTH = 10;

/** The first password must be replaced before anything else works; later it can be changed at will. */
export function PasswordPage() {
  useTabTitle(es.password.title);
  const { destino } = route.useSearch();
  const session = useSession();
  const forced = session.must_change_password;
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);

  const leave = () => (destino ? router.history.push(destino) : void navigate({ to: landingPath(session) }));
  const change = api.useMutation("post", "/api/password", {
    onSuccess: (fresh) => {
      client.setQueryData(keys.session, fresh);
      toastDone(es.password.done);
      leave();
    },
  });

  const wrongNew = next.length < MIN_LENGTH ? es.password.tooShort : next === current ? es.password.same : null;
  const wrongAgain = again === next ? null : es.password.mismatch;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (current && !wrongNew && !wrongAgain) change.mutate({ body: { current, new: next } });
  }

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit} aria-label={es.password.title}>
        <Logo size={44} />
        <div>
          <h1 className={classes.title}>{forced ? es.password.forcedTitle : es.password.title}</h1>
          <p className={classes.intro}>{forced ? es.password.forcedIntro : es.password.intro}</p>
        </div>
        {change.isError && (
          <Alert color="red" role="alert">
            {wordError(change.error)}
          </Alert>
        )}
        <input type="hidden" name="username" autoComplete="username" value={session.user.username} />
        <PasswordInput
          label={es.password.current}
          autoComplete="current-password"
          size="md"
          autoFocus
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": es.login.show, "aria-hidden": false, tabIndex: 0 }}
        />
        <PasswordInput
          label={es.password.new}
          description={es.password.newHint}
          autoComplete="new-password"
          size="md"
          value={next}
          error={tried && wrongNew}
          onChange={(event) => setNext(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": es.login.show, "aria-hidden": false, tabIndex: 0 }}
        />
        <PasswordInput
          label={es.password.repeat}
          autoComplete="new-password"
          size="md"
          value={again}
          error={tried && wrongAgain}
          onChange={(event) => setAgain(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": es.login.show, "aria-hidden": false, tabIndex: 0 }}
        />
        <Button type="submit" size="md" fullWidth loading={change.isPending}>
          {es.password.submit}
        </Button>
        {!forced && (
          <Button variant="subtle" color="gray" fullWidth onClick={leave}>
            {es.common.back}
          </Button>
        )}
      </form>
    </main>
  );
}
