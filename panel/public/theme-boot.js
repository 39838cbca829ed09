// Sets the colour scheme before the first paint. A file of its own because the content policy forbids inline scripts.
(() => {
  let wanted = "auto";
  try {
    wanted = localStorage.getItem("ispbot-theme") || "auto";
  } catch {
    // Storage can be forbidden; the system's scheme is used then.
  }
  const dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
