import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const service = process.env.RUNYARD_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: { host: "127.0.0.1", proxy: { "/api": service, "/q": service } },
  // No data: URLs: the page's Content-Security-Policy is default-src 'self'.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
    // One jsdom for all files: making one costs more than all the tests in it.
    isolate: false,
    fileParallelism: false,
  },
});
