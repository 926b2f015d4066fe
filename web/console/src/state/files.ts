import { Links, type FileLink } from "@okno/client"
import { defineStore } from "pinia"
import { reactive } from "vue"
import { post } from "../api"

/** Signed links of files, drawn as they come in. `failed`: gone, or the server did not answer; opening the thread asks again. */
export const useFiles = defineStore("files", () => {
  const links = reactive(new Map<string, FileLink>())
  const failed = reactive(new Set<string>())
  const signed = new Links((ids) => post<FileLink[]>("/files/links", { ids }))

  async function want(ids: readonly string[]): Promise<void> {
    const found = await signed.links(ids).catch(() => new Map<string, FileLink>())
    for (const id of ids) {
      const link = found.get(id)
      if (link) links.set(id, link)
      else failed.add(id)
    }
  }
  return { links, failed, want }
})
