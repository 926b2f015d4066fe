/** What the help lists, by group: keys as they are printed on the caps, and the word for the act. */
export const SHORTCUTS: Record<string, [string[], string][]> = {
  list: [[["J"], "next"], [["K"], "previous"], [["Space"], "urgent"], [["X"], "choose"], [["Shift", "J"], "extend"], [["Alt", "1…9"], "nth"], [["Esc"], "leave"]],
  thread: [[["R"], "reply"], [["N"], "note"], [["A"], "take"], [["T"], "assign"], [["Shift", "T"], "transfer"], [["L"], "label"], [["/"], "quick"], [["Q"], "macro"], [["E"], "close"], [["H"], "snooze"], [["M"], "merge"], [["Z"], "undo"], [["]"], "card"]],
  composer: [[["Enter"], "send"], [["/"], "quick"], [["Shift", "Enter"], "line"], [["Esc"], "blur"]],
  call: [[["Alt", "Enter"], "accept"], [["Alt", "M"], "mute"], [["Alt", "H"], "hold"], [["Alt", "P"], "tape"], [["Alt", "T"], "give"], [["Alt", "⌫"], "hangUp"]],
  window: [[["Ctrl", "K"], "palette"], [["Ctrl", "⇧", "F"], "search"], [["G"], "conversations"], [["D"], "tasks"], [["V"], "visitors"], [["S"], "settings"], [["B"], "alerts"], [["?"], "help"]],
}
