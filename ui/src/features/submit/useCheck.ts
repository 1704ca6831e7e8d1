import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import { Problem, toProblem } from "../../api/problem";
import type { Checked, JsonObject } from "../../api/types";

const PAUSE_MS = 350;

export interface Verdict {
  /** The answer is to what is written now. */
  fresh: boolean;
  checked: Checked | undefined;
  problem: Problem | undefined;
}

/** Asks the service about what is being written, after each pause in typing. It alone knows what is valid. */
export function useCheck(body: JsonObject): Verdict {
  const text = JSON.stringify(body);
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const answer = useQuery({
    queryKey: ["check", asked],
    queryFn: () => api.check(JSON.parse(asked) as JsonObject),
    retry: false,
    staleTime: 60_000,
    placeholderData: (last) => last,
  });
  return {
    fresh: asked === text && !answer.isFetching && !answer.isPlaceholderData,
    checked: answer.error ? undefined : answer.data,
    problem: answer.error ? toProblem(answer.error) : undefined,
  };
}
