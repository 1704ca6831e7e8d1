import { lazy, Suspense } from "react";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { invitationOf, useSignedOut } from "../api/session";
import { parseSearch, type RawSearch, stringifySearch } from "../components/search";
import { runsSearch } from "../features/runs/search";
import { fromHash } from "./address";
import { Broken, NoSuchPage } from "./Broken";
import { Shell } from "./Shell";

/** An invitation is taken also where somebody is signed in already: by the lab's own address, or as another account. */
function Page() {
  const signedOut = useSignedOut();
  return <Shell>{signedOut || invitationOf() !== null ? <Suspense><SignIn /></Suspense> : <Outlet />}</Shell>;
}

const SignIn = lazy(() => import("./SignIn").then((module) => ({ default: module.SignIn })));

const root = createRootRoute({
  component: Page,
  notFoundComponent: NoSuchPage,
  beforeLoad: ({ location }) => {
    const to = fromHash(location.hash);
    if (to) throw redirect({ href: to, replace: true });
  },
});
const under = { getParentRoute: () => root };

const home = createRoute({ ...under, path: "/", component: lazyRouteComponent(() => import("../features/home/HomePage"), "HomePage") });
const experiments = createRoute({ ...under, path: "/experiments", component: lazyRouteComponent(() => import("../features/home/ExperimentsPage"), "ExperimentsPage") });
/** What a view of another part of the page keeps in the same address stays there. */
const keeping = <T extends object>(read: (raw: RawSearch) => T) => (raw: RawSearch): T & RawSearch => ({ ...raw, ...read(raw) });

const runs = createRoute({ ...under, path: "/runs", validateSearch: keeping(runsSearch), component: lazyRouteComponent(() => import("../features/runs/RunsPage"), "RunsPage") });

const RunPage = lazyRouteComponent(() => import("../features/run/RunPage"), "RunPage");
const run = createRoute({
  ...under,
  path: "/runs/$id",
  remountDeps: ({ params }) => params,
  component: function Run() {
    return <RunPage id={run.useParams().id} />;
  },
});

const compare = createRoute({ ...under, path: "/compare", component: lazyRouteComponent(() => import("../features/compare/ComparePage"), "ComparePage") });

const sweeps = createRoute({ ...under, path: "/sweeps", component: lazyRouteComponent(() => import("../features/sweeps/SweepsPage"), "SweepsPage") });

const SweepPage = lazyRouteComponent(() => import("../features/sweeps/SweepPage"), "SweepPage");
const RunsPanel = lazyRouteComponent(() => import("../features/runs/RunsPanel"), "RunsPanel");
const sweep = createRoute({
  ...under,
  path: "/sweeps/$id",
  remountDeps: ({ params }) => params,
  component: function Sweep() {
    const { id } = sweep.useParams();
    return <SweepPage id={id} runs={(within) => <RunsPanel sweep={id} within={within} />} />;
  },
});

const reports = createRoute({ ...under, path: "/reports", component: lazyRouteComponent(() => import("../features/report/ReportsPage"), "ReportsPage") });
const newReport = createRoute({ ...under, path: "/reports/new", component: lazyRouteComponent(() => import("../features/report/NewReportPage"), "NewReportPage") });
const ReportPage = lazyRouteComponent(() => import("../features/report/ReportPage"), "ReportPage");
const report = createRoute({
  ...under,
  path: "/reports/$id",
  remountDeps: ({ params }) => params,
  component: function Report() {
    return <ReportPage id={report.useParams().id} />;
  },
});

const devices = createRoute({ ...under, path: "/devices", component: lazyRouteComponent(() => import("../features/devices/DevicesPage"), "DevicesPage") });
const submit = createRoute({ ...under, path: "/new", component: lazyRouteComponent(() => import("../features/submit/SubmitPage"), "SubmitPage") });
const members = createRoute({ ...under, path: "/members", component: lazyRouteComponent(() => import("../features/members/MembersPage"), "MembersPage") });
const account = createRoute({ ...under, path: "/account", component: lazyRouteComponent(() => import("../features/account/AccountPage"), "AccountPage") });
const audit = createRoute({ ...under, path: "/audit", component: lazyRouteComponent(() => import("../features/audit/AuditPage"), "AuditPage") });
/** Every component in every state: for those who build pages, in their builds alone. */
const kit = import.meta.env.DEV ? [createRoute({ ...under, path: "/kit", component: lazyRouteComponent(() => import("./kit/Kit"), "Kit") })] : [];

export const router = createRouter({
  routeTree: root.addChildren([home, experiments, runs, run, compare, sweeps, sweep, reports, newReport, report, devices, submit, members, account, audit, ...kit]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
  // What routes need comes through the query cache; the router loads code alone.
  defaultPreloadStaleTime: 0,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
