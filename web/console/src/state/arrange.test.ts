import type { OnlineVisitor } from "@okno/protocol"
import { describe, expect, test } from "vitest"
import { arrange, shownPath } from "./arrange"

const one = (visitor: string, more: Partial<OnlineVisitor> = {}): OnlineVisitor => ({
  visitor, visit: visitor, inbox: 1, contact: null, name: "", verified: false, url: "https://shop.example/", title: "", page_at: "2026-11-26T10:00:00Z",
  started_at: "2026-11-26T10:00:00Z", pages: 1, visits: 1, source: "", place: "", device: "", in_chat: false, conversation: null, assignee: null, invited: null, ...more,
})
const ids = (all: OnlineVisitor[]): string => all.map(({ visitor }) => visitor).join("")

describe("visitors in order", () => {
  const all = [
    one("a", { started_at: "2026-11-26T09:00:00Z", page_at: "2026-11-26T10:05:00Z", visits: 3, place: "Казань" }),
    one("b", { started_at: "2026-11-26T10:00:00Z", in_chat: true, contact: "p", name: "Олег" }),
    one("c", { started_at: "2026-11-26T09:30:00Z", page_at: "2026-11-26T09:30:00Z", source: "Google" }),
  ]
  test("sorts as asked, equal ones always alike", () => {
    expect(ids(arrange(all, "", "all", "came"))).toBe("bca")
    expect(ids(arrange(all, "", "all", "site"))).toBe("acb")
    expect(ids(arrange(all, "", "all", "page"))).toBe("cba")
    expect(ids(arrange(all, "", "all", "visits"))).toBe("abc")
  })
  test("finds by any words of any field and by kind", () => {
    expect(ids(arrange(all, " казань ", "all", "came"))).toBe("a")
    expect(ids(arrange(all, "shop google", "all", "came"))).toBe("c")
    expect(ids(arrange(all, "", "chat", "came"))).toBe("b")
    expect(ids(arrange(all, "", "free", "came"))).toBe("ca")
    expect(ids(arrange(all, "", "known", "came"))).toBe("b")
  })
  test("a path is read as people write it", () => {
    expect(shownPath("https://shop.example/%D0%BB%D0%B0%D0%BC%D0%BF%D1%8B?q=1")).toBe("/лампы?q=1")
    expect(shownPath("нет адреса")).toBe("нет адреса")
    expect(shownPath("https://shop.example/%E0%A4%A")).toBe("https://shop.example/%E0%A4%A")
  })
})
