import { expect, test } from "vitest"
import { PRESETS, bars, openMinutes, withTime } from "./week"

test("an end before the beginning lies in the next day, and midnight is the day's end", () => {
  const span = { day: 0, from_min: 540, to_min: 1080 }
  expect(withTime(span, "to_min", "02:00").to_min).toBe(1560)
  expect(withTime(span, "to_min", "00:00").to_min).toBe(1440)
  expect(withTime({ ...span, to_min: 1560 }, "from_min", "01:00")).toMatchObject({ from_min: 60, to_min: 120 })
  expect(withTime(span, "from_min", "")).toBe(span)
})

test("a night shift shows in both days and counts once", () => {
  const week = [{ day: 6, from_min: 1320, to_min: 1800 }]
  expect(bars(week, 0)).toEqual([{ start: 0, size: 25 }])
  expect(bars(week, 6)[0]!.size).toBeCloseTo(8.33, 1)
  expect(openMinutes([...week, { day: 6, from_min: 1380, to_min: 1440 }])).toBe(480)
  expect(openMinutes(PRESETS.always!)).toBe(7 * 1440)
})
