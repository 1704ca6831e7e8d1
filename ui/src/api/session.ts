import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import { keys } from "./keys";
import { toProblem } from "./problem";

/** The token in what a person pasted: it alone, or the address that ends with `#token=…`. */
export function tokenOf(text: string): string | null {
  const given = /(?:^|[#&])token=([^&\s]+)/.exec(text)?.[1] ?? text.trim();
  return /^[\w.-]{1,500}$/.test(given) ? given : null;
}

/**
 * Signs in with the address's token, which is gone from the address bar, and from what the browser remembers of it, before
 * anything is sent. Resolves also when the lab refuses: the page then says how to sign in.
 */
export async function signInFromAddress(): Promise<boolean> {
  if (!location.hash.includes("token=")) return false;
  const token = tokenOf(location.hash);
  history.replaceState(null, "", location.pathname + location.search);
  if (token === null) return false;
  return api.signIn(token).then(
    () => true,
    () => false,
  );
}

/** Whether the lab does not know who asks. */
export function useSignedOut(): boolean {
  const { error } = useQuery({ queryKey: keys.lab, queryFn: api.lab, refetchInterval: 15_000 });
  return error !== null && toProblem(error).status === 401;
}
