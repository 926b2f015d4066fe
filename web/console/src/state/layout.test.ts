import { describe, expect, it } from "vitest"
import { otherLayout } from "./layout"

describe("the other keyboard layout", () => {
  it("finds what was typed without switching, both ways", () => {
    expect(otherLayout("ghbdtn")).toBe("привет")
    expect(otherLayout("привет")).toBe("ghbdtn")
    expect(otherLayout("руддщ")).toBe("hello")
    expect(otherLayout("Gthtlfnm 42")).toBe("передать 42")
  })
})
