import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const product = "http://127.0.0.1:8080";

// What every page needs goes into few files; what only editors, sheets or lists need stays
// apart, so that the first page does not wait for it.
const FRAMEWORK =
  /node_modules[\\/](react|react-dom|scheduler|i18next|react-i18next|openapi-fetch|@tanstack[\\/](?!.*virtual).*)[\\/]/;
const ICONS = /node_modules[\\/]lucide-react[\\/]/;
const FRAME =
  /@mantine[\\/](hooks|core[\\/].*[\\/](core|Menu|Popover|Tooltip|Button|ActionIcon|UnstyledButton|Group|Stack|Text|Title|Anchor|Alert|Skeleton|Kbd|Avatar|Loader|CloseButton|Transition|Portal|FocusTrap|Paper|Box|Overlay)[\\/])|@floating-ui|src[\\/]components[\\/](Empty|ErrorNotice|RelativeTime|figures|words|search|action|Page|StateMark|Why)\b/;

// The API's reference is a page of its own, served by the product itself, without the internet.
const reference: Plugin = {
  name: "reference",
  apply: "build",
  generateBundle() {
    for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
      const source = readFileSync(here(`./node_modules/swagger-ui-dist/${name}`));
      this.emitFile({ type: "asset", fileName: `reference/${name}`, source });
    }
  },
};

export default defineConfig({
  plugins: [react(), reference],
  resolve: { alias: { "@": here("./src") } },
  server: { port: 5173, proxy: { "/api": product, "/oauth": product } },
  build: {
    outDir: here("../src/tidings/api/console"),
    emptyOutDir: true,
    // Fonts and pictures stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "framework", test: FRAMEWORK, priority: 3 },
            { name: "icons", test: ICONS, priority: 2, minShareCount: 4 },
            { name: "frame", test: FRAME, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/testing.ts"],
    css: false,
    // Longer than what a test waits for, which then says what is missing.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
