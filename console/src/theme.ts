// One accent (teal) and neutral greys; contrast at least AA in both schemes.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#f0fdfa",
  "#ccfbf1",
  "#99f6e4",
  "#5eead4",
  "#2dd4bf",
  "#14b8a6",
  "#0d9488",
  "#0f766e",
  "#115e59",
  "#134e4a",
];

const dark: MantineColorsTuple = [
  "#e6e8eb",
  "#c6cad0",
  "#a0a6af",
  "#7b828c",
  "#525862",
  "#3a3f47",
  "#2a2e35",
  "#1a1d21",
  "#141619",
  "#0f1113",
];

export const theme = createTheme({
  colors: { teal, dark },
  primaryColor: "teal",
  primaryShade: 7,
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: "0.75rem", sm: "0.875rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.34", sm: "1.4286", md: "1.4286", lg: "1.5", xl: "1.4" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.75rem" },
      h2: { fontSize: "1rem", lineHeight: "1.5rem" },
      h3: { fontSize: "0.875rem", lineHeight: "1.25rem" },
    },
  },
  defaultRadius: "md",
  respectReducedMotion: true,
  // By name alone: importing them here would bring sheets and dialogs to the first page.
  components: {
    Alert: {
      styles: {
        root: {
          background: "color-mix(in srgb, var(--alert-color) 9%, var(--mantine-color-body))",
          border: "1px solid color-mix(in srgb, var(--alert-color) 30%, var(--mantine-color-body))",
        },
        title: { color: "var(--mantine-color-text)" },
      },
    },
    Drawer: {
      defaultProps: { position: "right", size: "md", overlayProps: { backgroundOpacity: 0.3 } },
      styles: { title: { fontWeight: 600, fontSize: "1rem" } },
    },
    Modal: { styles: { title: { fontWeight: 600 } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5b626c",
    "--mantine-color-placeholder": "#6b727c",
    "--mantine-color-error": "#b42318",
    "--accent": "#0f766e",
    "--line": "#e4e6e9",
    "--rail": "#f7f8f9",
    "--hover": "#f3f5f6",
    "--good": "#0f766e",
    "--bad": "#b42318",
    "--warn": "#9a5b00",
    "--read": "#0b6bcb",
    "--quiet": "#5b626c",
    "--chat": "#efe9e1",
    "--bubble": "#ffffff",
    "--bubble-ours": "#d9fdd3",
    "--bubble-text": "#111b21",
    "--bubble-link": "#00697a",
    "--mark": "#fff3bf",
  },
  dark: {
    "--mantine-color-dimmed": "#a0a6af",
    "--mantine-color-placeholder": "#8a919b",
    "--mantine-color-error": "#ff9a8f",
    "--accent": "#2dd4bf",
    "--mantine-color-anchor": "#5eead4",
    "--line": "#2d3138",
    "--rail": "#141619",
    "--hover": "#22262b",
    "--good": "#5eead4",
    "--bad": "#ff9a8f",
    "--warn": "#f5c26b",
    "--read": "#6bb8ff",
    "--quiet": "#a0a6af",
    "--chat": "#0c1317",
    "--bubble": "#202c33",
    "--bubble-ours": "#0b4a3f",
    "--bubble-text": "#e9edef",
    "--bubble-link": "#53bdeb",
    "--mark": "#3d310b",
  },
});
