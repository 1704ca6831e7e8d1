import { type ReactNode, useEffect } from "react";
import { useSignedOut } from "../api/session";
import { Link, match, navigate, usePath } from "../components/navigation";
import { Empty } from "../components/Notes";
import { fromHash } from "./address";
import { ErrorBoundary } from "./ErrorBoundary";
import { routes } from "./routes";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

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
  const signedOut = useSignedOut();
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
      <ErrorBoundary key={path}>{signedOut ? <SignIn /> : path === "/" ? null : page(path)}</ErrorBoundary>
    </Shell>
  );
}
