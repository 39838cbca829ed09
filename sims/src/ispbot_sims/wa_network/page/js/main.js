// Puts the page together: one phone, one stream of events.
import { api, follow, get } from "./api.js";
import { Chat } from "./chat.js";
import { byId, icon, toast } from "./dom.js";
import { FaultsPanel } from "./faults.js";
import { Owner } from "./owner.js";
import { People } from "./people.js";
import { Statuses } from "./statuses.js";

const TABS = ["chat", "status", "owner"];
const frame = document.querySelector(".frame");
const chat = new Chat(byId("screen-chat"), { onSettings: settings });
const statuses = new Statuses(byId("screen-status"));
const owner = new Owner(byId("screen-owner"));
const people = new People({ onChoose: become });
new FaultsPanel();
byId("screen-status").classList.add("panel");
byId("screen-owner").classList.add("panel");

let phone = null;

async function become(next) {
  phone = next;
  statuses.open(next);
  showState();
  await chat.open(next);
}

function settings() {
  const change = async (fields) => {
    phone = await api("PATCH", `/api/phones/${phone.number}`, fields);
    chat.phone = phone;
    showState();
    await chat.reload();
  };
  return [
    ["plane", "Modo avión", () => change({ online: !phone.online }).catch((e) => toast(e.message)), { checked: !phone.online, testid: "toggle-offline" }],
    ["person", "Ocultar mi número", () => change({ hide_number: !phone.hide_number }).catch((e) => toast(e.message)), { checked: phone.hide_number, testid: "toggle-hide-number" }],
  ];
}

function showState() {
  const state = byId("identity-state");
  state.replaceChildren();
  if (!phone) return;
  if (!phone.online) state.append(icon("plane"), "modo avión");
  else if (phone.hide_number) state.append("número oculto");
}

function openTab(name) {
  for (const tab of TABS) {
    const chosen = tab === name;
    byId(`tab-${tab}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${tab}`).tabIndex = chosen ? 0 : -1;
    byId(`screen-${tab}`).hidden = !chosen;
  }
  frame.classList.toggle("owner", name === "owner");
  byId("identity-label").textContent = name === "owner" ? "Teléfono del dueño de la cuenta" : "Sos";
  chat.visible = name === "chat";
  if (chat.visible && phone) {
    chat.toEnd();
    chat.markRead();
  }
  statuses.show(name === "status" && phone !== null);
  owner.show(name === "owner");
}

TABS.forEach((tab, at) => {
  const button = byId(`tab-${tab}`);
  button.addEventListener("click", () => openTab(tab));
  button.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(at + step + TABS.length) % TABS.length];
    openTab(next);
    byId(`tab-${next}`).focus();
  });
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && phone) chat.markRead(); });

follow({
  onEvent: (event) => [chat, statuses, owner, people].forEach((part) => part.hear(event)),
  onOpen: () => {
    byId("identity-state").classList.remove("lost");
    if (phone) chat.reload().catch((error) => toast(error.message));
    if (owner.visible) owner.reload();
    showState();
  },
  onLost: () => { byId("identity-state").textContent = "sin red…"; },
});

await people.reload();
const wanted = new URLSearchParams(location.search);
openTab(TABS.includes(wanted.get("tab")) ? wanted.get("tab") : "chat");
const first = wanted.get("phone") ?? people.phones[0]?.number ?? "5493515550001";
await people.choose(first.replace(/\D/g, ""));
if (wanted.get("tab") === "status") statuses.show(true);
document.documentElement.dataset.ready = "true";
