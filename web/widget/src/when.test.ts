import type { Greeting } from "@okno/protocol"
import { describe, expect, it } from "vitest"
import { isDue, isReached, matches, misses, type Here } from "./when"

const here: Here = { path: "/lamps/floor?q=white", source: "https://www.google.com/ utm_source=spring", visits: 2, language: "ru", phone: false, open: true, known: false }
const greeting = (more: Partial<Greeting>): Greeting => ({ id: "g", name: "g", ...more })

describe("whom a rule concerns", () => {
  it("is everybody without conditions", () => expect(misses({}, here)).toBe(""))
  it.each([
    [{ pages: ["/"] }, "pages"],
    [{ pages: ["/", "/lamps/*"] }, ""],
    [{ pages: ["/lamps/floor"] }, ""],
    [{ pages: ["*q=white*"] }, ""],
    [{ pages: ["/lamps.floor"] }, "pages"],
    [{ sources: ["yandex"] }, "sources"],
    [{ sources: ["yandex", "Google"] }, ""],
    [{ sources: ["utm_source=spring"] }, ""],
    [{ visits_min: 3 }, "visits"],
    [{ visits_min: 2, visits_max: 2 }, ""],
    [{ visits_max: 1 }, "visits"],
    [{ languages: ["en" as const] }, "languages"],
    [{ languages: ["en" as const, "ru" as const] }, ""],
    [{ devices: ["phone" as const] }, "devices"],
    [{ devices: ["computer" as const] }, ""],
    [{ hours: "closed" as const }, "hours"],
    [{ hours: "open" as const }, ""],
    [{ known: "known" as const }, "known"],
    [{ known: "unknown" as const }, ""],
    [{ pages: ["/lamps/*"], known: "known" as const }, "known"],
  ])("%j misses %s", (when, miss) => expect(misses(when, here)).toBe(miss))
  it("takes a pattern of many stars without going astray", () => {
    expect(matches("*a*a*", "bba")).toBe(false)
    expect(matches("/[a]", "/[a]")).toBe(true)
  })
})

describe("when a greeting is due", () => {
  it.each([
    ["visit", undefined, true],
    ["visit", ["v1", "d1"], false],
    ["visit", ["v0", "d1"], true],
    ["day", ["v0", "d1"], false],
    ["day", ["v0", "d0"], true],
    ["once", ["v0", "d0"], false],
    ["once", undefined, true],
  ] as const)("%s after %j: %s", (often, shown, due) => expect(isDue(greeting({ often }), shown as [string, string] | undefined, "v1", "d1")).toBe(due))
  it.each([
    [{}, 0, 0, false, true],
    [{ after_s: 5 }, 4, 100, true, false],
    [{ after_s: 5 }, 5, 0, false, true],
    [{ scroll_percent: 50 }, 99, 49, true, false],
    [{ after_s: 5, scroll_percent: 50 }, 6, 60, false, true],
    [{ exit: true }, 99, 99, false, false],
    [{ exit: true, after_s: 3 }, 3, 0, true, true],
  ])("%j at %i s, %i %%, leaving %s: %s", (rule, seconds, percent, leaving, reached) => expect(isReached(greeting(rule), seconds, percent, leaving)).toBe(reached))
})
