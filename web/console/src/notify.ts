const QUIET_MS = 3_000
let rangAt = 0
let audio: AudioContext | undefined

/** One short tone for new messages, at most every three seconds, none for the thread somebody looks at. */
export function ring(looking: boolean, sound: boolean): void {
  const now = Date.now()
  if (looking || !sound || now - rangAt < QUIET_MS) return
  rangAt = now
  try {
    audio ??= new AudioContext()
    const tone = audio.createOscillator()
    const gain = audio.createGain()
    tone.frequency.value = 660
    gain.gain.setValueAtTime(0.08, audio.currentTime)
    gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.3)
    tone.connect(gain).connect(audio.destination)
    tone.start()
    tone.stop(audio.currentTime + 0.3)
  } catch {
    // a browser that has not been touched yet plays nothing
  }
}
