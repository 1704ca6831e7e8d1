import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "uplot/dist/uPlot.min.css";
import { EventStream } from "../api/events";
import { LiveProvider } from "../api/live";
import { toProblem } from "../api/problem";
import { signInFromAddress } from "../api/session";
import { App } from "./App";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/tables.css";
import "./styles/pages.css";

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something changed; asking again on a mere visit keeps the first view honest.
      staleTime: 2_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => toProblem(error).passing && failures < 3,
    },
  },
});
const stream = new EventStream("/api/v1/events");
const root = document.getElementById("root");
// An address with a token that is pasted into a tab of this page changes nothing but the hash.
addEventListener("hashchange", () => void signInFromAddress().then((signedIn) => signedIn && location.reload()));
if (root) {
  await signInFromAddress();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <LiveProvider stream={stream}>
          <App />
        </LiveProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
