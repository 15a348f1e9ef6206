// The camera: one stream for the whole page, never asked for by itself after a refusal, watched for a frozen picture.

import { signal } from "@preact/signals";

export type CameraState = "off" | "asking" | "on" | "denied" | "none" | "busy" | "unable";
export const camera = signal<CameraState>("off");
export const torch = signal<"none" | "off" | "on">("none");
/** Whether it can be told to focus anew. */
export const focusable = signal(false);
export const cameras = signal<MediaDeviceInfo[]>([]);

/** The same text is taken again only after this. */
const SAME_MS = 3_000;
/** Without a new frame for so long the stream is started again: iOS freezes it. */
const FROZEN_MS = 3_000;
const LOOK_EVERY_MS = 120;
const KEY = "season.camera";

type Decode = (frame: HTMLCanvasElement) => Promise<string | null>;

let stream: MediaStream | null = null;
let video: HTMLVideoElement | null = null;
let decode: Promise<Decode> | null = null;
let timer = 0;
let paused = false;
let found: (text: string) => void = () => undefined;
let last = { text: "", atMs: -Infinity };
let frame = { time: -1, atMs: 0 };
const canvas = document.createElement("canvas");

/** Whether the camera was on when the page was last used: then it may start without a press. */
export function wasOn(): boolean {
  return localStorage.getItem(KEY) !== null;
}

/** `scanned` gets each text once. */
export function onScan(scanned: (text: string) => void): void {
  found = scanned;
}

export async function start(deviceId: string | null = localStorage.getItem(KEY)): Promise<void> {
  if (camera.value === "asking") return;
  stop();
  camera.value = "asking";
  if (!navigator.mediaDevices?.getUserMedia) {
    camera.value = "none";
    return;
  }
  try {
    // By the direction, never by a label: labels name ultra-wide lenses too. The lens that was granted is remembered.
    const which = deviceId ? { deviceId: { ideal: deviceId } } : {};
    stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
  } catch (error) {
    const name = (error as DOMException).name;
    camera.value = name === "NotAllowedError" ? "denied" : name === "NotReadableError" ? "busy" : "none";
    localStorage.removeItem(KEY);
    return;
  }
  const track = stream.getVideoTracks()[0];
  const granted = track?.getSettings().deviceId;
  if (granted) localStorage.setItem(KEY, granted);
  const able = (track?.getCapabilities?.() ?? {}) as { torch?: boolean; focusMode?: string[] };
  torch.value = able.torch ? "off" : "none";
  focusable.value = able.focusMode?.includes("single-shot") ?? false;
  if (able.focusMode?.includes("continuous")) await focus("continuous");
  cameras.value = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  camera.value = "on";
  attach(video);
  decode ??= decoder();
  decode.catch(() => {
    decode = null;
    camera.value = "unable";
  });
  look();
}

export function stop(): void {
  clearTimeout(timer);
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  camera.value = "off";
}

/** The picture is shown in `element`; null when the screen is left: the stream stays, but is dark. */
export function attach(element: HTMLVideoElement | null): void {
  video = element;
  stream?.getVideoTracks().forEach((track) => (track.enabled = element !== null));
  if (!element || !stream) return;
  if (element.srcObject !== stream) element.srcObject = stream;
  if (!paused) void element.play().catch(() => undefined);
  frame = { time: -1, atMs: performance.now() };
}

/** The picture freezes, or goes on. */
export function freeze(yes: boolean): void {
  paused = yes;
  frame = { time: -1, atMs: performance.now() };
  if (yes) video?.pause();
  else if (video && stream) void video.play().catch(() => undefined);
}

/** The next of several cameras; it is remembered. */
export async function otherCamera(): Promise<void> {
  const now = stream?.getVideoTracks()[0]?.getSettings().deviceId;
  const at = cameras.value.findIndex(({ deviceId }) => deviceId === now);
  await start(cameras.value[(at + 1) % cameras.value.length]?.deviceId ?? null);
}

export async function light(): Promise<void> {
  const on = torch.value !== "on";
  const track = stream?.getVideoTracks()[0];
  await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }).catch(() => undefined);
  torch.value = on ? "on" : "off";
}

/** Cheap cameras hunt for the focus, or never begin. */
export async function focus(mode: "continuous" | "single-shot" = "single-shot"): Promise<void> {
  const track = stream?.getVideoTracks()[0];
  await track?.applyConstraints({ advanced: [{ focusMode: mode } as MediaTrackConstraintSet] }).catch(() => undefined);
}

function look(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void looked().finally(() => stream && look()), LOOK_EVERY_MS) as unknown as number;
}

async function looked(): Promise<void> {
  if (paused || !video || !decode || document.visibilityState !== "visible") {
    frame.atMs = performance.now();
    return;
  }
  const nowMs = performance.now();
  if (video.currentTime !== frame.time) frame = { time: video.currentTime, atMs: nowMs };
  else if (nowMs - frame.atMs > FROZEN_MS) return void (await start());
  else return;
  if (video.videoWidth === 0) return;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d", { willReadFrequently: true })?.drawImage(video, 0, 0);
  const text = await (await decode)(canvas).catch(() => null);
  if (!text || paused || (text === last.text && nowMs - last.atMs < SAME_MS)) return;
  last = { text, atMs: nowMs };
  found(text);
}

interface Detector {
  detect(source: HTMLCanvasElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** The system's own reader where it reads QR codes; else ours, which is loaded now. */
async function decoder(): Promise<Decode> {
  const own = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (own && (await own.getSupportedFormats().catch(() => [] as string[])).includes("qr_code")) {
    const detector = new own({ formats: ["qr_code"] });
    return async (source) => (await detector.detect(source))[0]?.rawValue ?? null;
  }
  const { read } = await import("./zxing");
  return read;
}
