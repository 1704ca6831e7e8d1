import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { Confirm } from "../components/overlays/confirm";
import { Toasts } from "../components/overlays/toast";
import { Tips } from "../components/overlays/Tooltip";
import { parseSearch, stringifySearch } from "../components/search";

/** Draws a part of the page as if it stood at an address. @returns what the address bar says at any time, and how to leave */
export function drawAt(address: string, node: ReactNode) {
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
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Tips>
        <RouterProvider router={router as never} />
      </Tips>
    </QueryClientProvider>,
  );
  return { address: () => router.latestLocation.href, leave: unmount };
}
