/** Keys of the English layout and what a Russian one prints on them, in the same order. */
const EN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
const RU = "йцукенгшщзхъфывапролджэячсмитьбюё"
const PAIRS = new Map([...EN].map((key, at) => [key, RU[at]!]).flatMap(([en, ru]) => [[en, ru], [ru, en]] as [string, string][]))

/** The same keys on the other layout: "ghbdtn" becomes "привет" and back. */
export function otherLayout(text: string): string {
  return [...text.toLowerCase()].map((letter) => PAIRS.get(letter) ?? letter).join("")
}
