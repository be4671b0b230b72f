// Offers VR where there is any. What it takes is loaded when somebody asks for it.
const box = document.querySelector('[data-vr]');
const button = box.querySelector('button');
const hint = box.querySelector('[data-vr-hint]');
const player = document.querySelector('[data-player]');
const video = player.querySelector('video');
const trouble = document.querySelector('[data-player-trouble]');

// What is said of the video now: pushes keep it true.
const about = () => document.getElementById('about').dataset;

async function rate(value) {
  const answer = await fetch(`${player.dataset.video}/rating`, { method: 'POST', headers: { 'HX-Request': 'true' }, body: new URLSearchParams({ value }) });
  if (!answer.ok) throw new Error('It could not be saved');
}

async function watch() {
  button.disabled = true;
  try {
    const { enter } = await import('./theatre.js');
    const { projection, stereo, title } = about();
    const rated = () => Number(about().rating);
    await enter(video, { projection, stereo }, { title, rated, rate, left: () => button.focus() });
  } catch (error) {
    trouble.textContent = `VR could not be started: ${error.message}`;
    trouble.hidden = false;
  } finally {
    button.disabled = false;
  }
}

button.addEventListener('click', watch);
const there = await navigator.xr?.isSessionSupported('immersive-vr').catch(() => false);
button.hidden = !there;
hint.hidden = Boolean(there) || isSecureContext || about().projection === 'flat';
box.hidden = button.hidden && hint.hidden;
