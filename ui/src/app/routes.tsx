import type { ReactNode } from "react";
import { DevicesPage } from "../features/devices/DevicesPage";
import { RunPage } from "../features/run/RunPage";
import { RunsPage } from "../features/runs/RunsPage";
import { RunsPanel } from "../features/runs/RunsPanel";
import { SubmitPage } from "../features/submit/SubmitPage";
import { SweepPage } from "../features/sweeps/SweepPage";
import { SweepsPage } from "../features/sweeps/SweepsPage";

interface Route {
  path: string;
  page: (found: Record<string, string>) => ReactNode;
}

export const routes: readonly Route[] = [
  { path: "/runs", page: () => <RunsPage /> },
  { path: "/runs/{id}", page: ({ id = "" }) => <RunPage key={id} id={id} /> },
  { path: "/sweeps", page: () => <SweepsPage /> },
  { path: "/sweeps/{id}", page: ({ id = "" }) => <SweepPage key={id} id={id} runs={<RunsPanel sweep={id} />} /> },
  { path: "/devices", page: () => <DevicesPage /> },
  { path: "/new", page: () => <SubmitPage /> },
];
