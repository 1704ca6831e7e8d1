import { type ReactNode, useEffect } from "react";
import { match, navigate, usePath } from "../components/navigation";
import { Empty } from "../components/Notes";
import { Link } from "../components/navigation";
import { ErrorBoundary } from "./ErrorBoundary";
import { routes } from "./routes";
import { Shell } from "./Shell";

/** Addresses as other trackers write them: `#/experiments/{e}/runs/{r}`. */
export function fromHash(hash: string): string | null {
  const found = match("#/experiments/{experiment}/runs/{run}", hash) ?? match("#/runs/{run}", hash);
  if (found?.run) return `/runs/${encodeURIComponent(found.run)}`;
  const listed = match("#/experiments/{experiment}", hash);
  return listed?.experiment ? `/runs?experiment=${encodeURIComponent(listed.experiment)}` : null;
}

function page(path: string): ReactNode {
  for (const route of routes) {
    const found = match(route.path, path);
    if (found) return route.page(found);
  }
  return (
    <Empty title="There is no such page.">
      <p>
        <Link to="/runs">All runs</Link>
      </p>
    </Empty>
  );
}

export function App() {
  const path = usePath();
  useEffect(() => {
    const redirect = () => {
      const to = fromHash(location.hash) ?? (location.pathname === "/" ? "/runs" : null);
      if (to) navigate(to, "replace");
    };
    redirect();
    addEventListener("hashchange", redirect);
    return () => removeEventListener("hashchange", redirect);
  }, [path]);
  return (
    <Shell path={path}>
      <ErrorBoundary key={path}>{path === "/" ? null : page(path)}</ErrorBoundary>
    </Shell>
  );
}
