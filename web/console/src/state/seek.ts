import { otherLayout } from "./layout"

/** What is searched while the operator types: all of it is here, so that the answer is there with the key. */
export interface Sought {
  id: string
  name: string
  shortcut: string
  folder: string
  text: string
  uses: number
  own_uses: number
}
interface Entry<T extends Sought> {
  item: T
  shortcut: string
  name: number[]
  folder: number[]
  text: number[]
}
type Word = [word: string, stem: string]
/** Every word once, and the texts as numbers of words: a question is held against the words, not against the texts. */
export interface Index<T extends Sought> {
  words: Word[]
  entries: Entry<T>[]
}
const STEM_MIN = 3
const NEAR_MIN = 5
const TEXT_WORDS_MAX = 400
const WORD = /[\p{L}\p{N}]+/gu
const ENDING_RU = /(?:иями|ями|ами|ией|иям|ием|иях|ого|его|ому|ему|ыми|ими|ать|ять|ить|еть|ешь|ете|ите|ила|ила|али|или|ет|ют|ут|ит|ат|ят|ла|ло|ли|ов|ев|ей|ий|ый|ой|ая|яя|ое|ее|ие|ые|ам|ям|ах|ях|ом|ем|ую|юю|ью|ия|ию|ии|а|я|о|е|и|ы|у|ю|ь|й|л)$/
const ENDING_EN = /(?:ings?|edly|ed|ies|es|s|ly|y)$/

const plain = (text: string): string => text.toLowerCase().replaceAll("ё", "е")

/** A word without its ending, lightly: "доставки" and "доставку" are one, "refunded" and "refunds", too. */
export function stem(word: string): string {
  const ending = /[а-я]/.test(word) ? ENDING_RU : ENDING_EN
  const bare = word.replace(/(?:ся|сь)$/, "")
  const cut = bare.replace(ending, "")
  return cut.length >= STEM_MIN ? cut : bare
}
function wordsOf(text: string): Word[] {
  return [...new Set(plain(text).match(WORD) ?? [])].map((word) => [word, stem(word)])
}

export function prepare<T extends Sought>(items: readonly T[]): Index<T> {
  const words: Word[] = []
  const numbers = new Map<string, number>()
  const numbered = (text: string): number[] => {
    const found = new Set<number>()
    for (const word of (plain(text).match(WORD) ?? []).slice(0, TEXT_WORDS_MAX)) {
      let number = numbers.get(word)
      if (number === undefined) {
        numbers.set(word, (number = words.length))
        words.push([word, stem(word)])
      }
      found.add(number)
    }
    return [...found]
  }
  const entries = items.map((item) => ({ item, shortcut: plain(item.shortcut), name: numbered(item.name), folder: numbered(item.folder), text: numbered(item.text.replace(/\{\{[^{}]*\}\}/g, " ")) }))
  return { words, entries }
}

/** How each known word answers one word of the question: 0 not at all, 1 by its stem, 2 as a beginning. */
function answers(words: Word[], [word, bare]: Word): Uint8Array {
  const found = new Uint8Array(words.length)
  words.forEach(([other, otherBare], n) => {
    if (other.startsWith(word)) found[n] = 2
    else if (bare === otherBare || (bare.length >= NEAR_MIN && otherBare.length >= NEAR_MIN && (bare.startsWith(otherBare) || otherBare.startsWith(bare)))) found[n] = 1
  })
  return found
}
function among(numbers: number[], found: Uint8Array): number {
  let best = 0
  for (const number of numbers) if (found[number]! > best) best = found[number]!
  return best
}
function score<T extends Sought>(entry: Entry<T>, whole: string, words: Uint8Array[]): number {
  if (entry.shortcut && entry.shortcut === whole) return 1_000
  let sum = entry.shortcut && entry.shortcut.startsWith(whole) ? 500 : 0
  for (const word of words) {
    const points = among(entry.name, word) * 50 || among(entry.folder, word) * 15 || among(entry.text, word) * 10
    if (!points) return sum
    sum += points
  }
  return sum
}

/** What fits, the best first; one's own favourites before others. Without a question: favourites, then in the order given. */
export function seek<T extends Sought>(index: Index<T>, question: string, most = 8): T[] {
  const whole = plain(question.trim())
  const liked = (item: T): number => Math.min(item.own_uses, 40) / 2 + Math.log2(item.uses + 1)
  if (!whole) return index.entries.map(({ item }) => item).sort((a, b) => liked(b) - liked(a)).slice(0, most)
  const variants = [...new Set([whole, plain(otherLayout(whole))])].map((text) => [text, wordsOf(text).map((word) => answers(index.words, word))] as const)
  const found: [number, T][] = []
  for (const entry of index.entries) {
    const points = Math.max(...variants.map(([text, words]) => (words.length || entry.shortcut ? score(entry, text, words) : 0)))
    if (points) found.push([points + liked(entry.item), entry.item])
  }
  return found.sort(([a], [b]) => b - a).slice(0, most).map(([, item]) => item)
}
