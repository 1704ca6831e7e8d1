import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "../../api/client";
import { keys } from "../../api/keys";
import type { LogLine, RunView } from "../../api/types";
import { hasEnded } from "./goal";

const PAGE = 1000;
const POLL_MS = 2000;

/** All lines that a run printed, page by page from the first; while it goes on, what is new every two seconds. */
export function useLog(run: RunView) {
  const held = useRef<LogLine[]>([]);
  return useQuery({
    queryKey: [...keys.trail(run.id), "logs"],
    queryFn: async ({ signal }) => {
      for (;;) {
        const { items } = await api.logs(run.id, held.current.at(-1)?.seq ?? 0);
        if (items.length > 0) held.current = [...held.current, ...items];
        if (items.length < PAGE || signal.aborted) return held.current;
      }
    },
    refetchInterval: hasEnded(run.state) ? false : POLL_MS,
    gcTime: 0,
  });
}

export interface Found {
  /** The lines that are shown. */
  shown: readonly LogLine[];
  /** How many of all hold the text; undefined when nothing is searched for. */
  hits: number | undefined;
}

/** Lines that hold a text, whatever its case. */
export function searched(lines: readonly LogLine[], text: string): Found {
  if (text === "") return { shown: lines, hits: undefined };
  const wanted = text.toLowerCase();
  const shown = lines.filter(({ line }) => line.toLowerCase().includes(wanted));
  return { shown, hits: shown.length };
}

export function asText(lines: readonly LogLine[]): string {
  return lines.map((line) => `${line.time} [${line.attempt}] ${line.line}\n`).join("");
}
