// What a clerk hears and feels in a loud place. Nothing before the first press: browsers refuse it.

import { chosen } from "./shop";

const TONES = { read: [1_400, 0.08], done: [1_050, 0.18], stop: [220, 0.35] } as const;
const SHAKES = { read: 40, done: [60, 40, 60], stop: 300 } as const;

let sound: AudioContext | null = null;

export function felt(kind: keyof typeof TONES): void {
  const active = (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation?.hasBeenActive ?? true;
  if (!active) return;
  navigator.vibrate?.(SHAKES[kind] as VibratePattern);
  if (!chosen.sound.value) return;
  const Sound = window.AudioContext as typeof AudioContext | undefined;
  if (!Sound) return;
  sound ??= new Sound();
  const [pitch, lasts] = TONES[kind];
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  volume.gain.value = 0.2;
  tone.frequency.value = pitch;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + lasts);
}
