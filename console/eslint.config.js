import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const untranslated = "Every string a person reads comes from src/locales (use t()).";
const readable = "label|title|placeholder|description|aria-label|error|alt";

export default tseslint.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["public/**/*.js"],
    languageOptions: {
      globals: { localStorage: "readonly", matchMedia: "readonly", document: "readonly" },
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [
      ...tseslint.configs.recommendedTypeChecked,
      a11y.flatConfigs.recommended,
      hooks.configs.flat["recommended-latest"],
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Focus lands in the first field of a page or sheet on purpose; keyboard users expect it.
      "jsx-a11y/no-autofocus": "off",
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false } },
      ],
      "@typescript-eslint/only-throw-error": "off", // redirect() of the router is thrown
      "max-lines": ["error", 500],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXText[value=/\\p{L}{2,}/u]", message: untranslated },
        {
          selector: `JSXAttribute[name.name=/^(${readable})$/] > Literal[value=/\\p{L}{2,}/u]`,
          message: untranslated,
        },
      ],
    },
  },
  {
    files: ["src/**/*.test.{ts,tsx}", "src/testing.ts"],
    rules: { "max-lines-per-function": "off", "no-restricted-syntax": "off" },
  },
);
