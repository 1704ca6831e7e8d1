import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const service = process.env.RUNYARD_URL ?? "http://127.0.0.1:8080";

// The service answers its own page alone.
const proxied = { target: service, changeOrigin: true, headers: { origin: service } };

export default defineConfig({
  plugins: [react()],
  // The paper's specs stand beside the science.
  server: { host: "127.0.0.1", fs: { allow: [".", "../workers/vision/paper"] }, proxy: { "/api": proxied, "/q": proxied } },
  // No data: URLs: the page's Content-Security-Policy is default-src 'self'.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    // A jsdom costs more than the tests in it: only what draws gets one.
    projects: [
      { extends: true, test: { name: "logic", environment: "node", include: ["src/**/*.test.ts"] } },
      { extends: true, test: { name: "page", environment: "jsdom", include: ["src/**/*.test.tsx"], setupFiles: ["src/testing/setup.ts"], testTimeout: 30_000 } },
    ],
  },
});
