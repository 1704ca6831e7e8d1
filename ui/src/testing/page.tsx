import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { type Me, meKey } from "../api/me";
import { Confirm } from "../components/overlays/confirm";
import { Toasts } from "../components/overlays/toast";
import { Tips } from "../components/overlays/Tooltip";
import { parseSearch, stringifySearch } from "../components/search";

const KEEPER: Me = { name: "local", administrator: true, readOnly: false, way: "HOME", projects: [{ name: "default", role: "MAINTAINER" }] };

/** Draws a part of the page as if it stood at an address. @returns what the address bar says at any time, how to go back, and how to leave */
export function drawAt(address: string, node: ReactNode, me = KEEPER) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  cache.setQueryData(meKey, me);
  const root = createRootRoute({
    component: () => (
      <>
        {node}
        <Confirm />
        <Toasts />
      </>
    ),
    notFoundComponent: () => null,
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: [address] }), parseSearch, stringifySearch });
  const { unmount } = render(
    <QueryClientProvider client={cache}>
      <Tips>
        <RouterProvider router={router as never} />
      </Tips>
    </QueryClientProvider>,
  );
  return { address: () => router.latestLocation.href, back: () => router.history.back(), leave: unmount };
}
