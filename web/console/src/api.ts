import type { Problem } from "@okno/protocol"

/** What the server said against it, as a sentence to show. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    message: string,
  ) {
    super(message)
  }
}

let csrf = ""
let onSignedOut = (): void => undefined

export function useCsrf(token: string): void {
  csrf = token
}
/** What every change carries; for uploads, which go by a client of their own. */
export const csrfHeader = (): Record<string, string> => ({ "x-csrf-token": csrf, ...language() })
/** Problems come in the language of the screen. */
const language = (): Record<string, string> => ({ "accept-language": document.documentElement.lang })
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback
}

/** JSON in and out. Raises `Failure`; status 0 means the server was not reached. */
export const call = <T>(method: string, path: string, body?: unknown): Promise<T> =>
  ask<T>(method, path, body === undefined ? {} : { "content-type": "application/json" }, body === undefined ? null : JSON.stringify(body))

/** Bytes as they are, for instance a picture. Raises `Failure`. */
export const sendRaw = (method: string, path: string, body: Blob): Promise<unknown> => ask(method, path, { "content-type": body.type }, body)

async function ask<T>(method: string, path: string, headers: Record<string, string>, body: BodyInit | null): Promise<T> {
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, { method, headers: { ...headers, ...csrfHeader() }, body })
  } catch {
    throw new Failure(0, null, "")
  }
  if (response.status === 204) return undefined as T
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as T
  const problem = answer as Problem | null
  if (response.status === 401 && path !== "/session") onSignedOut()
  const field = problem?.errors?.[0]?.message
  throw new Failure(response.status, problem, field ?? problem?.detail ?? problem?.title ?? String(response.status))
}

export const get = <T>(path: string): Promise<T> => call<T>("GET", path)
export const post = <T>(path: string, body?: unknown): Promise<T> => call<T>("POST", path, body ?? {})
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>("PUT", path, body)
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>("PATCH", path, body)
export const remove = (path: string): Promise<void> => call<undefined>("DELETE", path)

/** A file of the server goes into the browser's downloads, under the name the server gives it. Raises `Failure`. */
export async function fetchFile(path: string): Promise<void> {
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, { headers: language() })
  } catch {
    throw new Failure(0, null, "")
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as Problem | null
    if (response.status === 401) onSignedOut()
    throw new Failure(response.status, problem, problem?.detail ?? problem?.title ?? String(response.status))
  }
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1]
  const link = document.createElement("a")
  link.href = URL.createObjectURL(await response.blob())
  link.download = named ? decodeURIComponent(named) : "okno"
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
