import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../api/client";
import { keys } from "../api/keys";
import { useLiveness } from "../api/live";
import { useSignedOut } from "../api/session";
import { clock, duration } from "../components/format";
import { Link } from "../components/navigation";
import { useNow } from "../components/now";
import { setTheme, type Theme, useTheme } from "../components/theme";

const PLACES = [
  ["/runs", "Runs"],
  ["/sweeps", "Sweeps"],
  ["/devices", "Devices"],
] as const;
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const GLYPH: Record<Theme, string> = { system: "◐", light: "○", dark: "●" };

export function Shell({ path, children }: { path: string; children: ReactNode }) {
  const theme = useTheme();
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="topbar">
        <Link to="/runs" className="brand">
          <img src="/favicon.svg" alt="" width="20" height="20" />
          Runyard
        </Link>
        <nav aria-label="Pages">
          {PLACES.map(([to, label]) => (
            <Link key={to} to={to} aria-current={path.startsWith(to) ? "page" : undefined}>
              {label}
            </Link>
          ))}
        </nav>
        <span className="grow" />
        <LabState />
        <button type="button" className="quiet" onClick={() => setTheme(NEXT[theme])} aria-label={`Theme: ${theme}`} title={`Theme: ${theme}`}>
          {GLYPH[theme]}
        </button>
        <Link to="/new" className="button primary" aria-current={path === "/new" ? "page" : undefined}>
          New
        </Link>
      </header>
      <StaleBanner />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function LabState() {
  const { data: lab, error } = useQuery({ queryKey: keys.lab, queryFn: api.lab, refetchInterval: 15_000 });
  const live = useLiveness();
  const ok = !error && live.state === "live" && lab?.schedulerOk !== false && lab?.temporalOk !== false;
  const signedOut = useSignedOut();
  const words = signedOut
    ? "signed out"
    : error
      ? "no answer"
      : !lab || live.state === "connecting"
        ? "connecting"
        : live.state === "silent"
          ? "stale"
          : !lab.schedulerOk
            ? "scheduler down"
            : !lab.temporalOk
              ? "Temporal down"
              : "live";
  const title = lab ? `Runyard ${lab.version}, ${lab.mode} mode, up ${duration(lab.uptimeSeconds)}` : undefined;
  return (
    <span className={ok ? "lab lab-ok" : "lab lab-bad"} role="status" title={title}>
      <span className="dot" aria-hidden="true" />
      <span className="lab-words">{words}</span>
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
    <p className="stale" role="alert">
      No word from the service for {duration((now - live.since) / 1000)} (last event {clock(live.since)}). What you see may be old; this page keeps
      trying.
    </p>
  );
}
