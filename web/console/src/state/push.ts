import type { PushOptions } from "@okno/protocol"
import { bytesOf, pushKeysOf } from "@okno/client/src/pushkeys"
import { get, post, put } from "../api"

/** Whether this browser can be told while no tab is open. */
export const pushPossible = (): boolean => window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window

const worker = async (): Promise<ServiceWorkerRegistration> => {
  await navigator.serviceWorker.register("/sw.js")
  return navigator.serviceWorker.ready
}

/** This browser's own subscription; null when it takes no pushes. */
export async function ownPush(): Promise<PushSubscription | null> {
  if (!pushPossible() || Notification.permission !== "granted") return null
  const known = await navigator.serviceWorker.getRegistration("/")
  return (await known?.pushManager.getSubscription()) ?? null
}

/** From a click only: the browser asks the person. False when it, or the person, refused. */
export async function startPush(locale: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false
  const registration = await worker()
  const { key } = await get<PushOptions>("/push")
  const held = await registration.pushManager.getSubscription()
  const made = held ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) }))
  await put("/alerts/push", { ...pushKeysOf(made), locale })
  return true
}

export async function endPush(): Promise<void> {
  const made = await ownPush()
  if (!made) return
  await post("/alerts/push/end", { endpoint: made.endpoint })
  await made.unsubscribe()
}
