import type { Call, PhoneAccess } from "@okno/protocol"
import type { RTCSession } from "jssip/lib/RTCSession"
import type { UA } from "jssip/lib/UA"
import { defineStore } from "pinia"
import { computed, ref, shallowRef, watch } from "vue"
import { get, post, put, remove } from "../api"
import { useDesk } from "./desk"
import { useInbox } from "./inbox"
import { useSession } from "./session"

export type PhoneStatus = "off" | "connecting" | "ready" | "elsewhere" | "failed" | "insecure" | "denied"
const LOCK = "okno:phone"
const SHOWN_MS = 4_000
const REGISTER_S = 120

/**
 * The operator's telephone in this browser, and the calls the server tells of. One tab has the telephone; the others
 * show its calls. Whoever answers on a softphone sees the same calls without a line of this browser.
 */
export const usePhone = defineStore("phone", () => {
  const inbox = useInbox()
  const desk = useDesk()
  const session = useSession()
  const access = shallowRef<PhoneAccess | null>(null)
  const status = ref<PhoneStatus>("off")
  const calls = shallowRef<ReadonlyMap<string, Call>>(new Map())
  const line = shallowRef<RTCSession | null>(null)
  const lineOf = ref("")
  const muted = ref(false)
  const declined = ref<ReadonlySet<string>>(new Set())
  const me = computed(() => session.me?.operator.id ?? "")
  /** Rings here and nobody has it yet. */
  const ringing = computed(() => [...calls.value.values()].filter((one) => one.phase === "ringing" && (one.rung ?? []).includes(me.value) && !declined.value.has(one.id)))
  const speaking = computed(() => [...calls.value.values()].find((one) => one.operator === me.value && one.phase !== "ended") ?? null)
  /** Was rung here a moment ago, and somebody else has it, or it is over. */
  const passed = shallowRef<Call | null>(null)
  let ua: UA | null = null
  let wanted = ""
  let free: (() => void) | null = null
  let fade: ReturnType<typeof setTimeout> | undefined
  const sound = new Audio()
  sound.autoplay = true

  function take(told: Call): void {
    const before = calls.value.get(told.id)
    const after = new Map(calls.value)
    const mine = told.operator === me.value
    if (told.phase === "ended" || (told.operator && !mine)) {
      after.delete(told.id)
      if (before && (before.operator === me.value || !declined.value.has(told.id))) pass(told)
    } else after.set(told.id, told)
    calls.value = after
  }
  function pass(told: Call): void {
    passed.value = told
    clearTimeout(fade)
    fade = setTimeout(() => (passed.value = null), SHOWN_MS)
  }

  /** Once a page; hears calls, and has the telephone while this operator takes calls. */
  async function start(): Promise<void> {
    inbox.whenFrame((frame) => {
      if (frame.t === "call") take(frame.call)
    })
    access.value = await get<PhoneAccess>("/me/telephone").catch(() => null)
    if (!access.value?.ready) return
    for (const one of await get<Call[]>("/me/calls").catch(() => [])) take(one)
    watch(() => desk.desk?.takes_calls, (on) => void (on ? claim() : drop()), { immediate: true })
    addEventListener("pagehide", drop)
  }

  function claim(): void {
    if (ua || free) return
    if (!window.isSecureContext || !navigator.mediaDevices) {
      status.value = "insecure"
      return
    }
    status.value = "elsewhere"
    void navigator.locks.request(LOCK, () => new Promise<void>((resolve) => {
      free = resolve
      void connect()
    }))
  }
  function drop(): void {
    ua?.stop()
    ua = null
    free?.()
    free = null
    status.value = "off"
  }
  async function connect(): Promise<void> {
    const own = access.value
    if (!own || !desk.desk?.takes_calls) return drop()
    status.value = "connecting"
    const { default: JsSIP } = await import("jssip")
    const socket = new JsSIP.WebSocketInterface(location.origin.replace(/^http/, "ws") + (own.socket ?? ""))
    ua = new JsSIP.UA({ sockets: [socket], uri: `sip:${own.browser ?? ""}@okno.invalid`, password: own.password ?? "", register_expires: REGISTER_S, session_timers: false, user_agent: "okno" })
    ua.on("registered", () => (status.value = "ready"))
    ua.on("registrationFailed", () => (status.value = "failed"))
    ua.on("disconnected", () => { if (ua) status.value = "failed" })
    ua.on("connecting", () => { if (status.value !== "ready") status.value = "connecting" })
    ua.on("newRTCSession", (event: { originator: string; session: RTCSession; request: { getHeader: (name: string) => string | undefined } }) => {
      if (event.originator === "remote") arrived(event.session, event.request.getHeader("X-Okno-Call") ?? "")
    })
    ua.start()
  }

  function arrived(session: RTCSession, id: string): void {
    if (line.value?.isEstablished()) return session.terminate({ status_code: 486 })
    line.value = session
    lineOf.value = id
    muted.value = false
    session.on("ended", () => gone(session))
    session.on("failed", () => gone(session))
    session.on("peerconnection", ({ peerconnection }: { peerconnection: RTCPeerConnection }) => {
      peerconnection.addEventListener("track", (event) => (sound.srcObject = event.streams[0] ?? new MediaStream([event.track])))
      // A network that changes under a call is found anew, without hanging up.
      peerconnection.addEventListener("iceconnectionstatechange", () => { if (peerconnection.iceConnectionState === "failed") session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }) })
    })
    if (wanted === id) void accept(id)
  }
  function gone(session: RTCSession): void {
    if (line.value !== session) return
    line.value = null
    lineOf.value = ""
    wanted = ""
    sound.srcObject = null
  }

  /** Take it here. Whether this browser can; else it is answered on a softphone. */
  async function accept(id: string): Promise<void> {
    wanted = id
    if (!line.value || lineOf.value !== id || line.value.isEstablished()) return
    const answered = line.value
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } }).catch(() => null)
    if (!stream) {
      status.value = "denied"
      wanted = ""
      return
    }
    if (answered.isInProgress()) answered.answer({ mediaStream: stream, pcConfig: { iceServers: [] } })
    answered.on("ended", () => stream.getTracks().forEach((track) => track.stop()))
    answered.on("failed", () => stream.getTracks().forEach((track) => track.stop()))
  }
  function decline(id: string): void {
    declined.value = new Set([...declined.value, id])
    if (line.value && lineOf.value === id && !line.value.isEstablished()) line.value.terminate({ status_code: 486 })
  }
  function mute(): void {
    if (!line.value) return
    muted.value = !muted.value
    if (muted.value) line.value.mute({ audio: true })
    else line.value.unmute({ audio: true })
  }
  const press = (key: string): void => line.value?.sendDTMF(key, { transportType: "RFC2833" as never })
  /** Interrupt the recording, or let it go on. */
  const tape = (one: Call): Promise<unknown> => put(`/calls/${one.id}/recording`, { on: one.recording === "on" })
  const hold = (one: Call): Promise<unknown> => put(`/calls/${one.id}/hold`, { on: !one.held })
  const hangUp = (one: Call): Promise<void> => remove(`/calls/${one.id}`)
  const dial = (conversation: string, number: string): Promise<unknown> => post(`/conversations/${conversation}/calls`, { number })
  const canAnswer = (id: string): boolean => lineOf.value === id || (status.value === "ready" && !line.value)
  return { access, status, ringing, speaking, passed, muted, start, accept, decline, mute, press, hold, tape, hangUp, dial, canAnswer, line }
})
