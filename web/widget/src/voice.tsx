import { useEffect, useRef, useState } from "preact/hooks"
import { ICONS, Icon } from "./icons"
import "./dress"
import { more } from "./more"
import { w } from "./words"

const LENGTH_MS_MAX = 5 * 60_000
const TYPES = ["audio/webm;codecs=opus", "audio/mp4"]

/** Records, shows the level, lets one listen before sending; nothing is sent when it is left. */
export default function Voice({ close, done }: { close: () => void; done: (file: File) => void }) {
  const [state, setState] = useState<"asking" | "on" | "off" | "refused">("asking")
  const [seconds, setSeconds] = useState(0)
  const [level, setLevel] = useState(0)
  const [made, setMade] = useState<{ file: File; url: string } | null>(null)
  const recorder = useRef<MediaRecorder | undefined>(undefined)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let here = true
    let stream: MediaStream | undefined
    let audio: AudioContext | undefined
    let tick: ReturnType<typeof setInterval>
    const begin = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      if (!here) return stream.getTracks().forEach((track) => track.stop())
      const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
      const parts: Blob[] = []
      const it = (recorder.current = new MediaRecorder(stream, mimeType ? { mimeType } : {}))
      it.ondataavailable = (e) => parts.push(e.data)
      it.onstop = () => {
        clearInterval(tick)
        stream?.getTracks().forEach((track) => track.stop())
        if (!here) return
        const type = it.mimeType.split(";")[0]!
        const file = new File(parts, `voice.${type.includes("mp4") ? "m4a" : "webm"}`, { type })
        if (!file.size) return close() // stopped before the microphone gave a sound
        setMade({ file, url: URL.createObjectURL(file) })
        setState("off")
      }
      audio = new AudioContext()
      const ear = audio.createAnalyser()
      audio.createMediaStreamSource(stream).connect(ear)
      const wave = new Uint8Array(ear.fftSize)
      const from = Date.now()
      tick = setInterval(() => {
        ear.getByteTimeDomainData(wave)
        setLevel(Math.max(...wave) - 128)
        setSeconds(Math.floor((Date.now() - from) / 1000))
        if (Date.now() - from > LENGTH_MS_MAX) it.stop()
      }, 100)
      it.start(1_000)
      setState("on")
    }
    begin().catch(() => here && setState("refused"))
    return () => {
      here = false
      clearInterval(tick)
      if (recorder.current?.state === "recording") recorder.current.stop()
      stream?.getTracks().forEach((track) => track.stop())
      void audio?.close()
    }
  }, [])
  useEffect(() => () => { if (made) URL.revokeObjectURL(made.url) }, [made])
  useEffect(() => box.current?.querySelector<HTMLElement>("button:last-child")?.focus(), [state])
  return (
    <div class="voice" role="group" aria-label={w.voice} ref={box} data-testid="voice" data-state={state} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); close() } }}>
      <button type="button" class="ib" aria-label={w.cancel} onClick={close}><Icon path={ICONS.close} /></button>
      {state === "refused" ? <span class="grow" role="alert">{more().noMic}</span> : made ? <audio class="grow" controls src={made.url} aria-label={more().listen} /> : (
        <>
          <span class="rec" aria-hidden="true" />
          <span role="timer" aria-label={more().record}>{Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}</span>
          <meter class="grow" min={0} max={100} value={Math.min(100, level * 2)} aria-hidden="true" />
        </>
      )}
      {state === "on" && <button type="button" class="go" aria-label={more().stop} onClick={() => recorder.current!.stop()}><Icon path="M6 6h12v12H6z" /></button>}
      {made && <button type="button" class="go" aria-label={w.send} data-testid="voice-send" onClick={() => done(made.file)}><Icon path={ICONS.send} /></button>}
    </div>
  )
}
