import { expect, test } from "vitest"
import { csvOf, reachOf, shownSeconds, ticksOf } from "./figures"

test("a table opens in a spreadsheet with every cell in its place, and none of them runs", () => {
  const rows = [["Анна, \"старшая\"", 1.5, null], ["=HYPERLINK(1)", 2, 3]]
  expect(csvOf({ head: ["Имя", "Ответ", "n"], units: ["", "s", ""], rows })).toBe(
    'Имя,"Ответ, s",n\r\n"Анна, ""старшая""",1.5,\r\n\'=HYPERLINK(1),2,3',
  )
})

test("times are read at a glance", () => {
  expect(shownSeconds(23, "en")).toBe("23 sec")
  expect(shownSeconds(102, "en")).toBe("1:42")
  expect(shownSeconds(11_105, "ru")).toBe("3:05:05")
})

test("the axis reaches over its greatest value in round steps", () => {
  expect(ticksOf(78)).toEqual([0, 20, 40, 60, 80])
  expect(ticksOf(0)).toEqual([0])
  expect(ticksOf(100, true)).toEqual([0, 30, 60, 90, 120])
  expect(ticksOf(3)).toEqual([0, 1, 2, 3])
})

test("an hour in the night leaves the day's seconds readable", () => {
  expect(reachOf(100, 32_400)).toBe(500)
  expect(reachOf(100, 300)).toBe(300)
  expect(reachOf(0, 300)).toBe(300)
})
