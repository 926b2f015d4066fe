/** Signed addresses of a file; they expire. Sizes in pixels, null where there is no picture. */
export interface FileLink {
  id: string
  url: string
  preview_url: string | null
  width: number | null
  height: number | null
}

/** Addresses live about 12 h; older ones are asked for again. */
export const LINK_MS = 11 * 3_600_000
const ASKED_AT_ONCE_MAX = 50

/** Remembers addresses of files; those asked for in the same moment are fetched together. */
export class Links {
  private readonly held = new Map<string, { at: number; link: Promise<FileLink | undefined> }>()
  private wanted: string[] = []
  private batch: Promise<Map<string, FileLink>> | null = null

  constructor(
    private readonly ask: (ids: string[]) => Promise<FileLink[]>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Addresses by id; files that are gone have none. Rejects when they could not be asked for. */
  async links(ids: readonly string[]): Promise<Map<string, FileLink>> {
    const found = await Promise.all(ids.map((id) => this.one(id)))
    return new Map(found.filter((link) => link !== undefined).map((link) => [link.id, link]))
  }

  /** The address did not work: ask again next time. */
  forget(id: string): void {
    this.held.delete(id)
  }

  private one(id: string): Promise<FileLink | undefined> {
    const held = this.held.get(id)
    if (held && this.now() - held.at < LINK_MS) return held.link
    this.wanted.push(id)
    this.batch ??= Promise.resolve().then(() => this.fetch())
    const link = this.batch.then((all) => all.get(id))
    this.held.set(id, { at: this.now(), link })
    link.catch(() => this.held.delete(id))
    return link
  }

  private async fetch(): Promise<Map<string, FileLink>> {
    const ids = [...new Set(this.wanted)]
    this.wanted = []
    this.batch = null
    const parts: Promise<FileLink[]>[] = []
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE_MAX) parts.push(this.ask(ids.slice(at, at + ASKED_AT_ONCE_MAX)))
    return new Map((await Promise.all(parts)).flat().map((link) => [link.id, link]))
  }
}
