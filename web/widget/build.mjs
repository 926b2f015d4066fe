// Three outputs: the loader and the idle chunk as plain scripts, the panel as a page with hashed assets.
import { rmSync } from "node:fs"
import preact from "@preact/preset-vite"
import { build } from "vite"

rmSync("dist", { recursive: true, force: true })
const shared = { configFile: false, logLevel: "warn", publicDir: false }
for (const [entry, name] of [["src/loader.ts", "w"], ["src/idle.ts", "idle"]]) {
  await build({
    ...shared,
    build: {
      outDir: "dist",
      emptyOutDir: false,
      target: "es2022",
      lib: { entry, formats: ["iife"], name: `okno_${name}`, fileName: () => `${name}.js` },
    },
  })
}
await build({
  ...shared,
  base: "/w/",
  plugins: [preact()],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "panel.html", output: { entryFileNames: "assets/[name]-[hash].js", chunkFileNames: "assets/[name]-[hash].js", assetFileNames: "assets/[name]-[hash][extname]" } },
  },
})
