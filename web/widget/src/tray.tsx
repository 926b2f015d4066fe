import { Upload, uuid7 } from "@okno/client"
import type { Attachment } from "@okno/protocol"
import { ICONS, Icon } from "./icons"
import { shrink } from "./shrink"
import { forgetFile, keepFile, keptFiles } from "./shelf"
import type { Talk } from "./talk"
import "./dress"
import { more, sizeOf } from "./more"
import { w } from "./words"

const AT_ONCE_MAX = 10
interface Item {
  id: string
  file: File
  original: File | null
  upload: Upload | null
  sent: number
  done: boolean
  failed: string
  view: string
}

/** Files chosen for the next message, on their way while it is still being written. */
export class Tray {
  items: Item[] = []

  constructor(
    private readonly talk: Talk,
    private readonly changed: () => void,
  ) {}

  get ready(): boolean {
    return this.items.every((item) => item.done)
  }

  get broken(): boolean {
    return this.items.some((item) => item.failed)
  }

  async add(files: Iterable<File>): Promise<void> {
    for (const file of [...files].slice(0, AT_ONCE_MAX - this.items.length)) {
      const small = await shrink(file)
      this.begin(uuid7(), small ?? file, small ? file : null, false)
    }
  }

  /** What an earlier page had chosen; files the browser no longer holds are named. */
  async restore(wanted: { id: string; name: string }[]): Promise<void> {
    const kept = await keptFiles()
    for (const { id, name } of wanted) {
      const file = kept.get(id)
      if (file) this.begin(id, file, null, true)
      else this.items = [...this.items, { id, file: new File([], name), original: null, upload: null, sent: 0, done: false, failed: more().again, view: "" }]
    }
    this.note()
  }

  /** The original instead of the smaller copy. */
  whole(item: Item): void {
    const { original } = item
    if (!original) return
    this.remove(item)
    this.begin(uuid7(), original, null, false)
  }

  remove(item: Item): void {
    if (!item.done) item.upload?.abort()
    this.drop(item)
    this.note()
  }

  /** Hand the finished files over to a message. */
  take(): Attachment[] {
    const taken = this.items.map(({ id, file }): Attachment => ({ id, name: file.name, media_type: file.type || "application/octet-stream", size_bytes: file.size }) as Attachment)
    this.items.forEach((item) => this.drop(item))
    this.note()
    return taken
  }

  private drop(item: Item): void {
    if (item.view) URL.revokeObjectURL(item.view)
    forgetFile(item.id)
    this.items = this.items.filter((it) => it !== item)
  }

  private begin(id: string, file: File, original: File | null, resume: boolean): void {
    const item: Item = { id, file, original, upload: null, sent: 0, done: false, failed: "", view: file.type.startsWith("image/") ? URL.createObjectURL(file) : "" }
    this.items = [...this.items, item]
    item.upload = new Upload({
      ...{ url: this.talk.filesUrl, file, name: file.name, type: file.type || "application/octet-stream", id, resume },
      headers: () => (this.talk.contact ? { ...this.talk.headers, "accept-language": document.documentElement.lang } : null),
      onProgress: (sent) => {
        item.sent = sent
        this.changed()
      },
      onDone: () => {
        item.done = true
        this.changed()
      },
      onFail: (problem) => {
        item.failed = problem.detail ?? problem.title
        this.changed()
      },
    })
    item.upload.start()
    keepFile(id, file)
    this.note()
  }

  private note(): void {
    this.talk.noteFiles(this.items.map(({ id, file }) => ({ id, name: file.name })))
    this.changed()
  }
}

export function Chosen({ tray }: { tray: Tray }) {
  return (
    <ul class="tray" aria-label={more().files} data-testid="tray">
      {tray.items.map((item) => (
        <li key={item.id} class={item.failed ? "bad" : ""}>
          {item.view ? <img src={item.view} alt="" /> : <Icon path={ICONS.clip} />}
          <span class="grow">
            <span class="cut">{item.file.name}</span>
            <small role={item.failed ? "alert" : undefined}>
              {item.failed || (item.done ? sizeOf(item.file.size) : `${sizeOf(item.sent)} / ${sizeOf(item.file.size)}`)}{" "}
              {item.original && <button type="button" onClick={() => tray.whole(item)}>{more().original}, {sizeOf(item.original.size)}</button>}
            </small>
            {!item.done && !item.failed && <progress max={item.file.size || 1} value={item.sent} aria-label={item.file.name} />}
          </span>
          <button type="button" class="ib" aria-label={`${w.cancel}: ${item.file.name}`} data-testid="cancel-file" onClick={() => tray.remove(item)}><Icon path={ICONS.close} /></button>
        </li>
      ))}
    </ul>
  )
}
