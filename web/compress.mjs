// Writes .br and .gz beside every text file of the builds: the server sends what is there and compresses nothing itself.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"

const TEXT = /\.(js|css|html|svg|json)$/
for (const part of ["widget/dist", "console/dist"]) {
  for (const entry of readdirSync(part, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !TEXT.test(entry.name)) continue
    const body = readFileSync(path)
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }
    writeFileSync(`${path}.br`, brotliCompressSync(body, quality))
    writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }))
  }
}
