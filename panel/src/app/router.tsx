import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { listenForLostSession } from "../api/client";
import { ApiError } from "../api/errors";
import { keys, sessionQuery } from "../api/queries";
import type { Permission, QueueView, Session } from "../api/types";
import { ErrorPage } from "../pages/ErrorPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { noticeSearch } from "../pages/notices/search";
import { can, landingPath } from "../session/permissions";
import { AppFrame } from "../shell/AppFrame";
import { queryClient } from "./queryClient";

interface RouterContext {
  queryClient: QueryClient;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet });

/** How long "no session" is believed: just long enough not to ask again on the way to the login. */
const NO_SESSION_MS = 1000;

/** The session as the server knows it now; null when there is none. */
async function currentSession(client: QueryClient): Promise<Session | null> {
  const state = client.getQueryState(keys.session);
  if (state?.status === "error" && Date.now() - state.errorUpdatedAt < NO_SESSION_MS) return null;
  try {
    return await client.fetchQuery({ ...sessionQuery, staleTime: 0, retry: false });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Only places of this panel: an address from the URL must never lead elsewhere. */
export const safeTarget = (target: unknown): string | undefined =>
  typeof target === "string" && /^\/(?![/\\])/.test(target) ? target : undefined;

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/ingresar",
  validateSearch: (search: Record<string, unknown>): { destino?: string; vencida?: true } => {
    const destino = safeTarget(search.destino);
    return { ...(destino && { destino }), ...(search.vencida === true && { vencida: true }) };
  },
  beforeLoad: async ({ context }) => {
    const session = await currentSession(context.queryClient);
    if (session) throw redirect({ to: session.must_change_password ? "/clave" : landingPath(session) });
  },
  component: lazyRouteComponent(() => import("../pages/login/LoginPage"), "LoginPage"),
});

const passwordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/clave",
  validateSearch: (search: Record<string, unknown>): { destino?: string } => {
    const destino = safeTarget(search.destino);
    return destino ? { destino } : {};
  },
  beforeLoad: async ({ context }) => {
    if (!(await currentSession(context.queryClient))) throw redirect({ to: "/ingresar" });
  },
  component: lazyRouteComponent(() => import("../pages/login/PasswordPage"), "PasswordPage"),
});

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    const known = context.queryClient.getQueryData<Session>(keys.session);
    const session = known ?? (await currentSession(context.queryClient));
    if (!session) throw redirect({ to: "/ingresar", search: location.href === "/" ? {} : { destino: location.href } });
    if (session.must_change_password) throw redirect({ to: "/clave", search: { destino: location.href } });
    return { session };
  },
  component: AppFrame,
});

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: ({ context }) => {
    if (!can(context.session, "dashboard.view")) throw redirect({ to: landingPath(context.session) });
  },
  component: lazyRouteComponent(() => import("../pages/home/HomePage"), "HomePage"),
});

const VIEWS: readonly string[] = ["pending", "in_progress", "mine"] satisfies QueueView[];
const isView = (value: unknown): value is QueueView => typeof value === "string" && VIEWS.includes(value);

/** The ticket is part of the path and the tab and search of the query: a reload or a shared link shows the same. */
const omnichatRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/omnichat/{-$ticketId}",
  validateSearch: (search: Record<string, unknown>): { vista?: QueueView; q?: string } => ({
    ...(isView(search.vista) && { vista: search.vista }),
    ...(typeof search.q === "string" && search.q !== "" && { q: search.q }),
  }),
  staticData: { permission: "omnichat.use" },
  component: lazyRouteComponent(() => import("../pages/omnichat/OmniChatPage"), "OmniChatPage"),
});

const toolsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/herramientas",
  staticData: { permission: "tools.view" },
  component: lazyRouteComponent(() => import("../pages/tools/ToolsPage"), "ToolsPage"),
});

const parkedRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/herramientas/apartados",
  staticData: { permission: "parked.manage" },
  component: lazyRouteComponent(() => import("../pages/tools/parked/ParkedPage"), "ParkedPage"),
});

const noticesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/avisos",
  validateSearch: noticeSearch,
  staticData: { permission: "notices.view" },
  component: lazyRouteComponent(() => import("../pages/notices/LedgerPage"), "LedgerPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/ajustes",
  staticData: { permission: "settings.manage" },
  component: lazyRouteComponent(() => import("../pages/settings/SettingsPage"), "SettingsPage"),
});

const crmRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/ajustes/integraciones",
  staticData: { permission: "settings.manage" },
  component: lazyRouteComponent(() => import("../pages/settings/crm/CrmPage"), "CrmPage"),
});

const gatewayRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/ajustes/avisos",
  staticData: { permission: "settings.manage" },
  component: lazyRouteComponent(() => import("../pages/settings/notices/NoticeSettingsPage"), "NoticeSettingsPage"),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    loginRoute,
    passwordRoute,
    appRoute.addChildren([
      homeRoute,
      omnichatRoute,
      toolsRoute,
      parkedRoute,
      noticesRoute,
      settingsRoute,
      crmRoute,
      gatewayRoute,
    ]),
  ]),
  context: { queryClient },
  defaultPreload: false,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFoundPage,
  defaultErrorComponent: ErrorPage,
});

listenForLostSession(async (reason) => {
  const here = router.state.location;
  if (here.pathname === "/ingresar" || here.pathname === "/clave") return;
  queryClient.removeQueries({ queryKey: keys.session });
  if (reason === "password_change_required") await router.navigate({ to: "/clave", search: { destino: here.href } });
  else await router.navigate({ to: "/ingresar", search: { destino: here.href, vencida: true } });
  if (reason === "expired") queryClient.clear();
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** Without it the screen is answered by the forbidden page. */
    permission?: Permission;
  }
}
