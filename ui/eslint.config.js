import { createNodeResolver, importX } from "eslint-plugin-import-x";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

const features = readdirSync(new URL("src/features", import.meta.url));

/** shared (api, components) → features → app; a feature never sees another one. */
const zones = [
  { target: ["src/api", "src/components"], from: ["src/features", "src/app"], message: "shared code knows no feature" },
  { target: "src/features", from: "src/app", message: "features do not know the app" },
  ...features.map((feature) => ({
    target: `src/features/${feature}`,
    from: "src/features",
    except: [`./${feature}`],
    message: "features do not know each other: share through components or compose in app",
  })),
];

export default tseslint.config(
  { ignores: ["dist/", ".quinoa/", "drift/openapi.ts", "src/api/schema.d.ts"] },
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat["recommended-latest"],
  {
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".tsx", ".js"] })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
      "max-lines": ["error", 300],
      "no-console": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      // TanStack's virtualiser and table return functions that the compiler cannot memoise; nothing here is compiled.
      "react-hooks/incompatible-library": "off",
    },
  },
);
