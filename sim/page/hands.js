const send = (hand, down) =>
  fetch("/sim/hand", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(down === undefined ? { hand } : { hand, down }),
  });
for (const button of document.querySelectorAll("[data-hand]"))
  button.addEventListener("click", () => send(button.dataset.hand));
for (const button of document.querySelectorAll("[data-hold]")) {
  const name = button.dataset.hold;
  let held = false;
  const set = (down) => held !== down && ((held = down), send(name, down));
  button.addEventListener("pointerdown", () => set(true));
  for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"])
    button.addEventListener(end, () => set(false));
  button.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") set(true);
  });
  button.addEventListener("keyup", () => set(false));
}
const pair = document.querySelector("[data-gesture=pair]");
pair.addEventListener("click", async () => {
  await Promise.all([send("plus", true), send("minus", true)]);
  setTimeout(() => {
    send("plus", false);
    send("minus", false);
  }, 2300);
});
const stop = document.querySelector("[data-toggle=stop]");
stop.addEventListener("click", () => {
  const down = stop.getAttribute("aria-pressed") !== "true";
  stop.setAttribute("aria-pressed", down);
  send("stop", down);
});
const code = document.getElementById("sim-code");
setInterval(async () => {
  try {
    const shown = await (await fetch("/sim/display")).json();
    code.textContent = shown.code || "none yet";
  } catch {
    code.textContent = "?";
  }
}, 1000);
