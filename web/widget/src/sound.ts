let audio: AudioContext | undefined

/** Two soft tones; silent until the visitor has touched the panel, as browsers want it. */
export function ring(): void {
  if (!navigator.userActivation?.hasBeenActive) return
  audio ??= new AudioContext()
  for (const [after, pitch] of [[0, 660], [0.12, 880]] as const) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    const at = audio.currentTime + after
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0.0001, at)
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.25)
    tone.connect(volume).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.3)
  }
}
