import { describe, expect, it } from "vitest"
import { lookOf } from "./look"

/** The same colours as the server's test: the picture in the settings would show other letters than the site. */
describe("letters on the widget's colour", () => {
  it.each([["#2b4acb", "#fff"], ["#ffdd2d", "#000"], ["#767676", "#fff"], ["#777777", "#000"], ["#000000", "#fff"], ["#ffffff", "#000"]])("%s: %s", (accent, ink) => {
    expect(lookOf(accent)).toBe(`--okno-accent:${accent};--okno-ink:${ink}`)
  })
})
