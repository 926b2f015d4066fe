import { describe, expect, it } from "vitest"
import { inAnHour, localInput, monday, tomorrow } from "./times"

describe("times to put off to", () => {
  it("are mornings of the reader's own days", () => {
    const friday = new Date(2026, 10, 27, 18, 30)
    expect(localInput(tomorrow(friday))).toBe("2026-11-28T09:00")
    expect(localInput(monday(friday))).toBe("2026-11-30T09:00")
    expect(localInput(inAnHour(friday))).toBe("2026-11-27T19:30")
  })
  it("call no Monday today's", () => {
    expect(localInput(monday(new Date(2026, 10, 30, 8)))).toBe("2026-12-07T09:00")
    expect(localInput(monday(new Date(2026, 10, 29, 8)))).toBe("2026-11-30T09:00")
  })
  it("go over the end of the year", () => expect(localInput(tomorrow(new Date(2026, 11, 31, 23)))).toBe("2027-01-01T09:00"))
})
