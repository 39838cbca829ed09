// A voice note from the microphone.
import { ask, toast } from "./dom.js";

/** Record until the person stops; returns {file, seconds}, or null. */
export async function recordVoice() {
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  if (!stream) {
    toast("No hay micrófono disponible. Podés adjuntar un audio como documento o foto.");
    return null;
  }
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise((resolve) => { recorder.addEventListener("stop", resolve); });
  const from = Date.now();
  recorder.start();
  const keep = await ask("Grabando nota de voz…", [], "Enviar");
  recorder.stop();
  await stopped;
  stream.getTracks().forEach((track) => track.stop());
  const mime = recorder.mimeType.split(";")[0];
  return keep && { file: new File(parts, "nota-de-voz", { type: mime }), seconds: Math.max(1, Math.round((Date.now() - from) / 1000)) };
}
