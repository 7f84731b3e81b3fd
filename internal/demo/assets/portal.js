// Counts the reservation down. Without this script the page says until when
// the reservation holds, which is enough.
(() => {
  const timer = document.querySelector("[data-seconds]");
  if (!timer) return;
  const end = Date.now() + Number(timer.dataset.seconds) * 1000;
  const out = timer.querySelector("[data-left]");
  const show = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    out.textContent =
      left > 0
        ? `noch ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} Minuten`
        : "abgelaufen – der Platz ist vielleicht noch frei";
    timer.classList.toggle("soon", left < 60);
    if (left === 0) clearInterval(tick);
  };
  const tick = setInterval(show, 1000);
  show();
})();
