import type { OnlineVisitor } from "@okno/protocol"

export type Kind = "all" | "free" | "chat" | "known"
export type Sort = "came" | "page" | "site" | "visits"

const words = (one: OnlineVisitor): string => `${one.name} ${one.title} ${one.url} ${one.source} ${one.place} ${one.device}`.toLowerCase()

/** Visitors that fit, in order; equal ones by who came first, so that nothing changes places by chance. */
export function arrange(all: Iterable<OnlineVisitor>, text: string, kind: Kind, sort: Sort): OnlineVisitor[] {
  const sought = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (one: OnlineVisitor): boolean =>
    (kind === "all" || (kind === "chat" ? one.in_chat : kind === "free" ? !one.in_chat : !!one.contact)) && sought.every((word) => words(one).includes(word))
  const key = (one: OnlineVisitor): number => (sort === "visits" ? -one.visits : Date.parse(sort === "page" ? one.page_at : one.started_at) * (sort === "came" ? -1 : 1))
  return [...all].filter(fits).sort((a, b) => key(a) - key(b) || a.visitor.localeCompare(b.visitor))
}

/** The part of an address people tell pages by. */
export function shownPath(url: string): string {
  try {
    const { pathname, search } = new URL(url)
    return decodeURI(pathname) + search
  } catch {
    return url
  }
}
