import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { newCache } from "../api/cache";
import { EventStream } from "../api/events";
import { LiveProvider } from "../api/live";
import { addressInProject } from "../api/project";
import { signInFromAddress } from "../api/session";
import { Tips } from "../components/overlays/Tooltip";
import { router } from "./router";
import "./styles/index.css";

const cache = newCache();
const stream = new EventStream(addressInProject("/api/v1/events"));
const root = document.getElementById("root");
// An address with a token or an invitation that is pasted into a tab of this page changes nothing but the hash.
addEventListener("hashchange", () => {
  if (location.hash.includes("invitation=")) location.reload();
  else void signInFromAddress().then((signedIn) => signedIn && location.reload());
});
if (root) {
  await signInFromAddress();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <LiveProvider stream={stream}>
          <Tips>
            <RouterProvider router={router} />
          </Tips>
        </LiveProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
