// Starts the console: translations, theme, server state, router.
import "@fontsource-variable/inter/wght.css";
// In a layer, so that our own styles win in whatever order the files arrive.
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./theme.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenSignedOut } from "./api/client";
import { queries } from "./api/queries";
import { Notices } from "./components/Notices";
import { live } from "./live";
import { startTranslations } from "./locales";
import { router } from "./router";
import { theme, variables } from "./theme";

whenSignedOut(() => {
  queries.removeQueries({ queryKey: ["session"] });
  void router.invalidate();
});

await startTranslations();
live.start();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notices />
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
