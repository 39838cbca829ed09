// Small helpers to build the page. Everything from outside becomes text nodes, never HTML.

/** Make an element: h("button", {class: "x", onclick: f, "data-testid": "y"}, "text", child). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the sprite. */
export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  return svg;
}

export const byId = (id) => document.getElementById(id);

let toastTimer;
/** Say something for a moment. */
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("shown"), 3500);
}

/** Open a menu inside `host`; it closes on choice, Escape or a click elsewhere. Items: [icon, label, action, options]. */
export function openMenu(host, opener, className, items, extra) {
  closeMenu();
  const menu = h("div", { class: `menu ${className}`, role: "menu" });
  if (extra) menu.append(extra);
  for (const [name, label, action, options = {}] of items) {
    const checkbox = options.checked !== undefined;
    menu.append(
      h(
        "button",
        {
          type: "button",
          role: checkbox ? "menuitemcheckbox" : "menuitem",
          "aria-checked": checkbox ? String(options.checked) : null,
          "data-testid": options.testid,
          onclick: () => { closeMenu(); action(); },
        },
        name ? icon(name) : "",
        label,
      ),
    );
  }
  host.append(menu);
  opener.setAttribute("aria-expanded", "true");
  openedMenu = { menu, opener };
  menu.querySelector("button")?.focus();
  return menu;
}

let openedMenu = null;
export function closeMenu() {
  if (!openedMenu) return;
  openedMenu.menu.remove();
  openedMenu.opener.setAttribute("aria-expanded", "false");
  openedMenu = null;
}
document.addEventListener("pointerdown", (event) => {
  if (openedMenu && !openedMenu.menu.contains(event.target) && !openedMenu.opener.contains(event.target)) closeMenu();
});
document.addEventListener("keydown", (event) => {
  if (!openedMenu) return;
  if (event.key === "Escape") {
    const { opener } = openedMenu;
    closeMenu();
    opener.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const buttons = [...openedMenu.menu.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    buttons[(at + buttons.length) % buttons.length].focus();
    event.preventDefault();
  }
});

/** Ask with a dialog of fields; resolves to their values, or null. Fields: {name, label, value, type, options}. */
export function ask(title, fields, confirm = "Enviar") {
  return new Promise((resolve) => {
    const inputs = fields.map((field) => {
      const input = field.options
        ? h("select", { class: "input", name: field.name, "data-testid": field.testid },
            field.options.map(([value, label]) => h("option", { value }, label)))
        : h("input", { class: "input", name: field.name, type: field.type ?? "text", value: field.value ?? "",
            required: field.required !== false, step: "any", autocomplete: "off", "data-testid": field.testid });
      field.onbuilt?.(input);
      return [field, input];
    });
    const form = h(
      "form",
      { method: "dialog", onsubmit: () => { dialog.returnValue = "ok"; } },
      h("h2", {}, title),
      h("div", { class: "rows" }, inputs.map(([field, input]) => h("label", {}, field.label, input))),
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "button", onclick: () => dialog.close("") }, "Cancelar"),
        h("button", { class: "button primary", value: "ok", "data-testid": "dialog-ok" }, confirm)),
    );
    const dialog = h("dialog", { "aria-label": title }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "ok" ? Object.fromEntries(inputs.map(([f, i]) => [f.name, i.value.trim()])) : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A dialog with a close button around `content`. */
export function show(className, label, content) {
  const dialog = h("dialog", { class: className, "aria-label": label },
    h("button", { class: "icon-button close", "aria-label": "Cerrar", onclick: () => dialog.close() }, icon("close")), content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
