// The loader, the idle chunk and the service worker as plain scripts; the panel and the chat's own page with hashed assets.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { build } from "vite"

const PEOPLE_FIRST = [0, 1, 3, 4, 5, 6, 7, 8]
const require = createRequire(import.meta.url)
/** One line an emoji: itself, a tab, its name and what else it is found by. No skin tones, no flags: they are most of the bytes. */
const emoji = {
  name: "emoji",
  resolveId: (id) => (id.startsWith("virtual:emoji-") ? "\0" + id : undefined),
  load(id) {
    const [, language] = id.match(/^\0virtual:emoji-(\w\w)$/) ?? []
    if (!language) return undefined
    const all = JSON.parse(readFileSync(require.resolve(`emojibase-data/${language}/data.json`), "utf8"))
    const lines = all
      .filter((it) => PEOPLE_FIRST.includes(it.group) && it.version <= (language === "ru" ? 12 : 13))
      .sort((a, b) => a.order - b.order)
      .map((it) => `${it.emoji}\t${[...new Set([it.label, ...(it.tags ?? []).slice(0, language === "ru" ? 2 : 4)].join(" ").toLowerCase().replace(/[:,«»“”()]/g, "").split(" "))].join(" ")}`)
    return `export default ${JSON.stringify(lines.join("\n"))}`
  },
}
/** The lazy parts bring their styles themselves: nothing is preloaded, so the bundler's helper for that is not shipped. */
const plainImports = {
  name: "plain-imports",
  enforce: "pre",
  load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load()" : undefined),
}
rmSync("dist", { recursive: true, force: true })
const shared = { configFile: false, logLevel: "warn", publicDir: false }
for (const [entry, name] of [["src/loader.ts", "w"], ["src/idle.ts", "idle"], ["src/sw.ts", "sw"], ["src/more-host.ts", "more"]]) {
  await build({
    ...shared,
    build: {
      outDir: "dist",
      emptyOutDir: false,
      target: "es2022",
      lib: { entry, formats: [name === "more" ? "es" : "iife"], name: `okno_${name}`, fileName: () => `${name}.js` },
    },
  })
}
for (const page of ["panel", "chat"]) {
  await build({
    ...shared,
    base: "/w/",
    // Calls of `h` are a good deal shorter than the automatic runtime's.
    ...(page === "panel" && { oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" }, jsxInject: 'import { h, Fragment } from "preact"' } }),
    plugins: [emoji, plainImports],
    build: {
      outDir: "dist",
      emptyOutDir: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: `${page}.html`, output: { entryFileNames: "assets/[name]-[hash].js", chunkFileNames: ({ name }) => `assets/${name.replace("_virtual_", "")}-[hash].js`, assetFileNames: "assets/[name]-[hash][extname]" } },
    },
  })
}

// A page for each language: its words come beside the panel, not after it.
const page = readFileSync("dist/panel.html", "utf8")
rmSync("dist/panel.html")
for (const language of ["ru", "en"]) {
  const words = readdirSync("dist/assets").find((name) => name.startsWith(`words.${language}-`))
  writeFileSync(`dist/panel.${language}.html`, page.replace("</head>", `<link rel="modulepreload" crossorigin href="/w/assets/${words}">\n</head>`))
}
