import vue from "@vitejs/plugin-vue"
import { defineConfig } from "vite"

const SERVER = "http://127.0.0.1:8000"
export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false, __INTLIFY_JIT_COMPILATION__: true, __INTLIFY_PROD_DEVTOOLS__: false, __VUE_I18N_LEGACY_API__: false, __VUE_I18N_FULL_INSTALL__: false },
  build: {
    ...{ target: "es2022", manifest: "chunks.json", modulePreload: { polyfill: false }, chunkSizeWarningLimit: 600 },
    // an icon of 200 bytes that many parts show would be a request of its own
    rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: "icons", test: /@lucide/, minShareCount: 3 }] } } },
  },
  server: { proxy: { "/api": SERVER, "/realtime": { target: SERVER, ws: true } } },
})
