import type { Alert } from "@okno/protocol"
import { i18n } from "./i18n"

const QUIET_MS = 3_000
const SLOT = "okno:desktop-notifications"
let rangAt = 0
let audio: AudioContext | undefined
let leads = !("locks" in navigator)

/** One tab of this browser speaks; when it is closed the next one takes over. */
export function standForLeader(): void {
  void navigator.locks?.request("okno:speaker", () => {
    leads = true
    return new Promise(() => undefined)
  })
}

export const notificationsPossible = (): boolean => window.isSecureContext && "Notification" in window
export const notificationsOn = (): boolean => notificationsPossible() && Notification.permission === "granted" && localStorage.getItem(SLOT) !== "off"

/** Ask the browser, from a click only. Whether notifications are on now. */
export async function switchNotifications(on: boolean): Promise<boolean> {
  localStorage.setItem(SLOT, on ? "on" : "off")
  if (on && notificationsPossible() && Notification.permission === "default") await Notification.requestPermission()
  return notificationsOn()
}

export interface Arrival {
  conversation: string
  name: string
  text: string
  looking: boolean
}

/** A customer wrote: at most one tone and one notification in three seconds, none for the thread somebody looks at. */
export function arrived(news: Arrival, sound: boolean, open: () => void): void {
  const now = Date.now()
  if (news.looking || !leads || now - rangAt < QUIET_MS) return
  rangAt = now
  if (sound) ring()
  if (!notificationsOn() || document.hasFocus()) return
  const shown = new Notification(news.name, { body: news.text || i18n.global.t("list.file"), tag: news.conversation, silent: true, icon: "/mark.svg" })
  shown.onclick = () => {
    window.focus()
    open()
    shown.close()
  }
}

/** Something else waits for this operator: as for messages, quiet when several come at once. */
export function alerted(alert: Alert, sound: boolean, title: string, open: () => void): void {
  const now = Date.now()
  if (!leads || now - rangAt < QUIET_MS) return
  rangAt = now
  if (sound) ring(alert.alert_class)
  if (!notificationsOn() || document.hasFocus()) return
  const shown = new Notification(alert.name || title, { body: [title, alert.detail || alert.text].filter(Boolean).join(": "), tag: alert.id, silent: true, icon: "/mark.svg" })
  shown.onclick = () => {
    window.focus()
    open()
    shown.close()
  }
}

/** Hertz and when: what hurries rises three times, what can wait falls. */
const URGENT = [[784, 0], [988, 0.1], [1175, 0.2]] as const
const CALM = [[698, 0], [523, 0.12]] as const
const NEW = [[587, 0], [880, 0.09]] as const
const TONES: Partial<Record<Alert["alert_class"], readonly (readonly [number, number])[]>> = {
  offer: URGENT, missed: URGENT, sla_breach: URGENT, mention: CALM, task: CALM, snooze: CALM, sla_warning: CALM, promise: CALM, calls_stopped: URGENT,
}

export function ring(about: Alert["alert_class"] = "message"): void {
  try {
    audio ??= new AudioContext()
    const gain = audio.createGain()
    gain.gain.setValueAtTime(0.08, audio.currentTime)
    gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.45)
    gain.connect(audio.destination)
    for (const [hertz, after_s] of TONES[about] ?? NEW) {
      const tone = audio.createOscillator()
      tone.frequency.value = hertz
      tone.connect(gain)
      tone.start(audio.currentTime + after_s)
      tone.stop(audio.currentTime + 0.45)
    }
  } catch {
    // a browser that has not been touched yet plays nothing
  }
}
