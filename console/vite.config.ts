import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const product = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": here("./src") } },
  server: { port: 5173, proxy: { "/api": product, "/oauth": product } },
  build: {
    outDir: here("../src/tidings/api/console"),
    emptyOutDir: true,
    // Fonts and pictures stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/testing.ts"],
    css: false,
    testTimeout: 20_000,
  },
});
