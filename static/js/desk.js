// The scanner types the number and Enter; Alt with a digit 1–8 chooses the reason (outside a field the digit alone does).
(() => {
  const form = document.querySelector("[data-scan]");
  const field = document.getElementById("scanned");
  if (!form || !field) return;
  const tones = { ok: [880], warn: [440, 440], error: [220, 180] };
  let audio;
  const play = (name) => {
    if (!window.AudioContext || !tones[name]) return;
    audio = audio || new AudioContext();
    tones[name].forEach((frequency, place) => {
      const oscillator = audio.createOscillator();
      oscillator.frequency.value = frequency;
      oscillator.connect(audio.destination);
      oscillator.start(audio.currentTime + place * 0.18);
      oscillator.stop(audio.currentTime + place * 0.18 + 0.12);
    });
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "radio";
    if (typing && !event.altKey) return;
    const choice = form.querySelector(`[data-key="${event.code.replace("Digit", "").replace("Numpad", "")}"]`);
    if (choice) {
      choice.checked = true;
      event.preventDefault();
      field.focus();
    }
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "scan-answer") return;
    const result = event.detail.target.querySelector("[data-sound]");
    if (result) play(result.dataset.sound);
    field.value = "";
    document.getElementById("note").value = "";
    field.focus();
  });
})();
