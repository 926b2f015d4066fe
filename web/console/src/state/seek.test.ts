import { describe, expect, it } from "vitest"
import { prepare, seek, stem, type Sought } from "./seek"

const of = (id: string, name: string, text = "", more: Partial<Sought> = {}): Sought => ({ id, name, text, shortcut: "", folder: "", uses: 0, own_uses: 0, ...more })
const index = prepare([
  of("delivery", "Доставка по городу", "Привезём завтра с 10 до 18", { shortcut: "дост" }),
  of("refund", "Возврат денег", "Деньги вернутся на карту за три дня, {{contact.name}}", { folder: "Оплата" }),
  of("hello", "Greeting", "Hello! How can I help you?", { shortcut: "hi", own_uses: 9, uses: 20 }),
  of("card", "Карта лояльности", "Оформим карту за минуту"),
])
const found = (question: string): string[] => seek(index, question).map((one) => one.id)

describe("searching templates while typing", () => {
  it("finds by shortcut, by the beginning of a word, by words in any order", () => {
    expect(found("дост")[0]).toBe("delivery")
    expect(found("h")[0]).toBe("hello")
    expect(found("город дост")).toEqual(["delivery"])
    expect(found("денег воз")).toEqual(["refund"])
    expect(found("help")).toEqual(["hello"])
    expect(found("оплата")).toEqual(["refund"])
  })
  it("finds other forms of a word", () => {
    for (const word of ["доставки", "доставку", "доставкой", "городе"]) expect(found(word)).toContain("delivery")
    expect(found("деньгами")).toContain("refund")
    expect(found("greetings")).toContain("hello")
    expect(found("минуты")).toEqual(["card"])
  })
  it("finds what was typed on the other layout, both ways", () => {
    expect(found("ljcnfdrf")).toEqual(["delivery"])
    expect(found("пкууештп")).toEqual(["hello"])
    expect(found("df")).toEqual([])
  })
  it("puts the name before the text, and favourites first without a question", () => {
    expect(found("карт")).toEqual(["card", "refund"])
    expect(found("")[0]).toBe("hello")
    expect(found("нет такого")).toEqual([])
    expect(found("contact")).toEqual([])
    expect(found("/")).toEqual([])
  })
  it("does not cut words to nothing", () => {
    expect(stem("дом")).toBe("дом")
    expect(stem("is")).toBe("is")
    expect(stem("вернуться")).toBe(stem("вернуть"))
  })
})
