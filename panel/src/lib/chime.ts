const NOTES_HZ = [660, 880];
const NOTE_S = 0.12;
const VOLUME = 0.08;

let context: AudioContext | undefined;

/** Two soft notes. Browsers keep silent until the person has clicked something; then this does nothing. */
export function chime(): void {
  context ??= new AudioContext();
  if (context.state === "suspended") {
    void context.resume();
    return;
  }
  const start = context.currentTime;
  NOTES_HZ.forEach((hz, index) => {
    if (!context) return;
    const tone = context.createOscillator();
    const gain = context.createGain();
    const at = start + index * NOTE_S;
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(VOLUME, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S * 2);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + NOTE_S * 2);
  });
}
