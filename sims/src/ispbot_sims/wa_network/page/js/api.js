// The network's API and its stream of events.

/** Call the API; a refusal becomes an Error with the network's words. */
export async function api(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(path, options);
  const data = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(data.error_text ?? answer.statusText), { code: data.error });
  return data;
}

export const get = (path) => api("GET", path);
export const post = (path, body = {}) => api("POST", path, body);

/** Put a file on the network; returns the `media` of a content. */
export async function upload(file, mime = file.type || "application/octet-stream") {
  const answer = await fetch("/api/media", { method: "POST", body: file, headers: { "Content-Type": mime } });
  const { url: _url, ...media } = await answer.json();
  if (!answer.ok) throw new Error(media.error_text);
  return media;
}

/** Follow all events; `onOpen` runs after every (re)connection, when what was missed must be read again. */
export function follow({ onEvent, onOpen, onLost }) {
  let wait = 500;
  const open = () => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/stream`);
    socket.addEventListener("open", () => { wait = 500; onOpen(); });
    socket.addEventListener("message", (message) => JSON.parse(message.data).forEach(onEvent));
    socket.addEventListener("close", () => {
      onLost();
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 8000);
    });
  };
  open();
}
