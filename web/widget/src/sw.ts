// Shows pushes and opens what they are about. It caches nothing: there is no stale page to be rid of.
interface Told {
  title: string
  body: string
  tag: string
  url: string
  unread?: number
  test?: string
}
const worker = self as unknown as {
  addEventListener: (name: string, hear: (event: never) => void) => void
  skipWaiting: () => Promise<void>
  registration: { showNotification: (title: string, options: object) => Promise<void> }
  clients: {
    claim: () => Promise<void>
    matchAll: (options: object) => Promise<{ url: string; focused: boolean; focus: () => Promise<unknown>; postMessage: (message: object) => void }[]>
    openWindow: (url: string) => Promise<unknown>
  }
  navigator: { setAppBadge?: (n: number) => Promise<void> }
  location: { origin: string }
}
type Waiting = { waitUntil: (work: Promise<unknown>) => void }

worker.addEventListener("install", (event: Waiting) => event.waitUntil(worker.skipWaiting()))
worker.addEventListener("activate", (event: Waiting) => event.waitUntil(worker.clients.claim()))
worker.addEventListener("push", (event: Waiting & { data: { json: () => Told } | null }) => {
  const told = event.data?.json()
  if (told) event.waitUntil(announce(told))
})
worker.addEventListener("notificationclick", (event: Waiting & { notification: { data: string; close: () => void } }) => {
  event.notification.close()
  event.waitUntil(enter(new URL(event.notification.data || "/", worker.location.origin).href))
})

async function announce(told: Told): Promise<void> {
  if (told.unread) await worker.navigator.setAppBadge?.(told.unread).catch(() => undefined)
  for (const client of await worker.clients.matchAll({ type: "window", includeUncontrolled: true })) client.postMessage({ t: "push", told })
  await worker.registration.showNotification(told.title, { body: told.body, tag: told.tag, data: told.url, icon: "/icon-192.png", badge: "/badge-96.png", renotify: true })
}

/** A window that is there is shown, and goes to the place by itself; else a new one. */
async function enter(url: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true })
  const wanted = new URL(url).pathname.split("/")[1]
  const near = windows.find((client) => (new URL(client.url).pathname.split("/")[1] === "chat") === (wanted === "chat"))
  if (!near) return void (await worker.clients.openWindow(url))
  near.postMessage({ t: "go", url })
  await near.focus()
}

export {}
