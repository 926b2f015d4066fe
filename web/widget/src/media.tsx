import { Links as Cache, type FileLink } from "@okno/client"
import type { Attachment } from "@okno/protocol"
import { useEffect, useRef, useState } from "preact/hooks"
import { ICONS, Icon } from "./icons"
import type { Talk } from "./talk"
import "./dress"
import { more, sizeOf } from "./more"
import { w } from "./words"

const PAGE = "M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8l6 6v12a2 2 0 0 1-2 2zM14 2v6h6M10 9H8M16 13H8M16 17H8"
const caches = new WeakMap<Talk, Cache>()
const cacheOf = (talk: Talk): Cache => {
  const held = caches.get(talk) ?? new Cache((ids) => talk.ask<FileLink[]>("/files/links", JSON.stringify({ ids })))
  caches.set(talk, held)
  return held
}
type Links = Map<string, FileLink> | null | undefined
const is = (file: Attachment, what: string): boolean => file.media_type.startsWith(what + "/")

/** One picture at a time over the whole panel; arrows turn, Escape closes. */
function Lightbox({ files, links, at, close }: { files: Attachment[]; links: NonNullable<Links>; at: number; close: () => void }) {
  const [now, setNow] = useState(at)
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => box.current!.showModal(), [])
  const file = files[now]!
  const step = (by: number): void => setNow((n) => (n + by + files.length) % files.length)
  return (
    <dialog
      class="box" ref={box} aria-label={file.name} data-testid="lightbox" onClose={close} onClick={(e) => e.target === e.currentTarget && box.current!.close()}
      onKeyDown={(e) => { if (e.key === "ArrowRight") step(1); else if (e.key === "ArrowLeft") step(-1); else if (e.key === "Escape") e.stopPropagation() }}
    >
      <img src={links.get(file.id)?.url} alt={file.name} />
      <p>
        <span class="cut">{file.name}{files.length > 1 && `, ${now + 1}/${files.length}`}</span>
        {files.length > 1 && <button type="button" class="ib" aria-label={more().back} onClick={() => step(-1)}><Icon path="m15 18-6-6 6-6" /></button>}
        {files.length > 1 && <button type="button" class="ib" aria-label={more().next} onClick={() => step(1)}><Icon path="m9 18 6-6-6-6" /></button>}
        <a class="ib" href={links.get(file.id)?.url} download={file.name} target="_blank" rel="noopener" aria-label={more().open}><Icon path="M12 3v12M7 10l5 5 5-5M5 21h14" /></a>
        <button type="button" class="ib" aria-label={w.close} onClick={() => box.current!.close()}><Icon path={ICONS.close} /></button>
      </p>
    </dialog>
  )
}

/** The files of one message: pictures in a grid, players, documents. */
export default function Media({ files, talk }: { files: Attachment[]; talk: Talk }) {
  const [links, setLinks] = useState<Links>()
  const [big, setBig] = useState(-1)
  const ids = files.map((file) => file.id).join()
  const ask = (): void => void cacheOf(talk).links(ids.split(",")).then(setLinks, () => setLinks(null))
  useEffect(ask, [ids])
  useEffect(() => {
    if (links !== null) return
    const timer = setTimeout(ask, 4_000) // the link was down
    return () => clearTimeout(timer)
  }, [links])
  const again = (id: string) => (): void => {
    cacheOf(talk).forget(id)
  }
  const pictures = files.filter((file) => is(file, "image"))
  return (
    <span class="media">
      {!!pictures.length && (
        <span class={`grid n${Math.min(pictures.length, 4)}`}>
          {pictures.map((file, at) => {
            const link = links?.get(file.id)
            const wide = link?.width ?? file.width
            const high = link?.height ?? file.height
            return (
              <button type="button" key={file.id} aria-label={`${more().open}: ${file.name}`} data-testid="picture" onClick={() => setBig(at)}>
                {link && <img src={link.preview_url ?? link.url} alt={file.name} width={wide || undefined} height={high || undefined} onError={again(file.id)} />}
              </button>
            )
          })}
        </span>
      )}
      {files.filter((file) => !is(file, "image")).map((file) => {
        const link = links?.get(file.id)
        if (is(file, "audio")) return <audio key={file.id} controls preload="metadata" src={link?.url} aria-label={file.name} onError={again(file.id)} />
        if (is(file, "video")) return <video key={file.id} controls playsInline preload="metadata" src={link?.url} poster={link?.preview_url ?? undefined} aria-label={file.name} onError={again(file.id)} />
        return (
          <a class="doc" key={file.id} href={link?.url} download={file.name} target="_blank" rel="noopener" data-testid="document">
            <Icon path={PAGE} />
            <span><b class="cut">{file.name}</b><span>{sizeOf(file.size_bytes)}{links && !link && `, ${more().noLink}`}</span></span>
          </a>
        )
      })}
      {big >= 0 && links && <Lightbox files={pictures} links={links} at={big} close={() => setBig(-1)} />}
    </span>
  )
}
