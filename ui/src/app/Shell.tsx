import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { CircleHelp, CircleUser, LogOut, Monitor, PanelLeftClose, PanelLeftOpen, Plus, Search } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { api } from "../api/client";
import { keys } from "../api/keys";
import { useLiveness } from "../api/live";
import { useMay } from "../api/me";
import { forgetProject } from "../api/project";
import { signOut, useSignedOut } from "../api/session";
import { IconButton, LinkButton } from "../components/controls/Button";
import { Keys } from "../components/display/Kbd";
import { clock, duration } from "../components/format";
import { useShortcuts } from "../components/keyboard/shortcuts";
import { useGo } from "../components/navigation";
import { useNow } from "../components/now";
import { Confirm, confirm } from "../components/overlays/confirm";
import { sayProblem, Toasts } from "../components/overlays/toast";
import { Tip } from "../components/overlays/Tooltip";
import { useKept } from "../components/kept";
import { isAt, PLACES } from "./places";
import css from "./Shell.module.css";

/** Few labs have more projects than one. */
const ProjectMenu = lazy(() => import("./ProjectMenu").then((module) => ({ default: module.ProjectMenu })));
const Palette = lazy(() => import("./Palette"));
const ShortcutHelp = lazy(() => import("../components/keyboard/ShortcutHelp").then((module) => ({ default: module.ShortcutHelp })));
const ThemeMenu = lazy(() => import("./ThemeMenu").then((module) => ({ default: module.ThemeMenu })));
/** Nothing that is seen waits for it. */
const Watcher = lazy(() => import("./Watcher").then((module) => ({ default: module.Watcher })));

async function leave() {
  const sure = await confirm({ title: "Sign this browser out?", text: "Its cookie is taken back. To come in again, sign in with your password, or by the lab's address with a token: runyard token --url.", act: "Sign out" });
  if (!sure) return;
  try {
    await signOut();
  } catch (error) {
    sayProblem("Sign out", error);
    return;
  }
  forgetProject(); // whoever comes next may have others
  // What this tab has read goes with it.
  location.assign("/");
}

/** What stands around every page: where one can go, what can be searched, whether what is seen is live. */
export function Shell({ children }: { children: ReactNode }) {
  const [nav, setNav] = useKept<"wide" | "narrow">("nav", "wide");
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const go = useGo();
  const signedOut = useSignedOut();
  const makes = useMay().work() && !signedOut;
  useShortcuts([
    { keys: "mod+k", label: "Search and commands", group: "Everywhere", run: () => setPalette(true) },
    { keys: "?", label: "These keys", group: "Everywhere", run: () => setHelp(true) },
    ...(makes ? [{ keys: "n", label: "Queue something new", group: "Everywhere", run: () => go("/new") }] : []),
    { keys: "[", label: "Fold the navigation", group: "Everywhere", run: () => setNav(nav === "wide" ? "narrow" : "wide") },
    ...PLACES.map((place) => ({ keys: place.keys, label: `Go to ${place.label}`, group: "Everywhere", run: () => go(place.to) })),
  ]);
  return (
    <div className={css.frame} data-nav={nav}>
      <a className={css.skip} href="#main">
        Skip to the content
      </a>
      <Places narrow={nav === "narrow"} onFold={() => setNav(nav === "wide" ? "narrow" : "wide")} />
      <header className={css.top}>
        <button type="button" className={css.search} onClick={() => setPalette(true)}>
          <Search size={15} aria-hidden="true" />
          <span className={css.searchWords}>Search</span>
          <Keys keys="mod+k" />
        </button>
        <span className={css.grow} />
        {signedOut ? null : (
          <span className={css.project}>
            <Suspense fallback={null}>
              <ProjectMenu />
            </Suspense>
          </span>
        )}
        <LabState />
        <IconButton icon={CircleHelp} label="Keys" keys="?" className={css.keysHelp} onClick={() => setHelp(true)} />
        <Suspense fallback={<IconButton icon={Monitor} label="Theme" disabled />}>
          <ThemeMenu />
        </Suspense>
        {signedOut ? null : (
          <Tip label="Account">
            <LinkButton to="/account" kind="quiet" icon={CircleUser} aria-label="Account" />
          </Tip>
        )}
        {signedOut ? null : <IconButton icon={LogOut} label="Sign this browser out" onClick={() => void leave()} />}
        {makes ? (
          <LinkButton to="/new" kind="primary" icon={Plus}>
            <span className={css.newWords}>New</span>
          </LinkButton>
        ) : null}
      </header>
      <div className={css.below}>
        <StaleBanner />
        <main id="main" tabIndex={-1} className={css.main}>
          {children}
        </main>
      </div>
      {palette ? (
        <Suspense>
          <Palette onClose={() => setPalette(false)} />
        </Suspense>
      ) : null}
      {help ? (
        <Suspense>
          <ShortcutHelp open onClose={() => setHelp(false)} />
        </Suspense>
      ) : null}
      <Confirm />
      <Toasts />
      {signedOut ? null : (
        <Suspense>
          <Watcher />
        </Suspense>
      )}
    </div>
  );
}

function Places({ narrow, onFold }: { narrow: boolean; onFold: () => void }) {
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <nav className={css.nav} aria-label="Pages">
      <Link to="/" className={css.brand}>
        <img src="/favicon.svg" alt="" width="20" height="20" />
        <span className={css.words}>Runyard</span>
      </Link>
      <ul>
        {PLACES.map(({ to, label, icon: Icon, keys }) => {
          const link = (
            <Link to={to} className={css.place} aria-current={isAt(to, path) ? "page" : undefined}>
              <Icon size={17} aria-hidden="true" />
              <span className={css.words}>{label}</span>
            </Link>
          );
          return (
            <li key={to}>
              {narrow ? (
                <Tip label={label} keys={keys} side="right">
                  {link}
                </Tip>
              ) : (
                link
              )}
            </li>
          );
        })}
      </ul>
      <IconButton icon={narrow ? PanelLeftOpen : PanelLeftClose} label={narrow ? "Unfold the navigation" : "Fold the navigation"} keys="[" onClick={onFold} className={css.fold} />
    </nav>
  );
}

function LabState() {
  const { data: lab, error } = useQuery({ queryKey: keys.lab, queryFn: api.lab, refetchInterval: 15_000 });
  const live = useLiveness();
  const signedOut = useSignedOut();
  const words = signedOut
    ? "signed out"
    : error
      ? "no answer"
      : !lab || live.state === "connecting"
        ? "connecting"
        : live.state === "lost"
          ? "reconnecting"
          : live.state === "silent"
            ? "stale"
            : !lab.schedulerOk
              ? "scheduler down"
              : !lab.temporalOk
                ? "Temporal down"
                : "live";
  const title = lab ? `Runyard ${lab.version}, ${lab.mode} mode, up ${duration(lab.uptimeSeconds)}` : undefined;
  return (
    <span className={css.lab} data-ok={words === "live" || words === "connecting"} role="status" title={title}>
      <span className={css.dot} aria-hidden="true" />
      <span className={css.labWords}>{words}</span>
    </span>
  );
}

/** Says that what stands below may be old. */
function StaleBanner() {
  const live = useLiveness();
  const now = useNow();
  const signedOut = useSignedOut();
  if (live.state !== "silent" || signedOut) return null;
  return (
    <p className={css.stale} role="alert">
      No word from the service for {duration((now - live.since) / 1000)} (last event {clock(live.since)}). What you see may be old; this page keeps trying.
    </p>
  );
}
