// The stock tus client, as a third party would use it. Arguments: endpoint, token, file, name of the file.
import { createRequire } from "node:module"
import { readFileSync } from "node:fs"

const require = createRequire(new URL("../../web/package.json", import.meta.url))
const tus = require("tus-js-client")
const [endpoint, token, path, filename] = process.argv.slice(2)
let retries = 0
const upload = new tus.Upload(readFileSync(path), {
  endpoint,
  headers: { authorization: `Bearer ${token}` },
  metadata: { filename, filetype: "application/pdf" },
  retryDelays: Array(20).fill(100),
  onShouldRetry: () => { retries += 1; return true },
  onError: (error) => { console.error(String(error)); process.exit(1) },
  onSuccess: () => console.log(JSON.stringify({ url: upload.url, retries })),
})
upload.start()
