// Offers VR where the device has it. Its scripts are loaded when the button is pressed.
const stage = document.getElementById('stage');
const find = (name) => stage.querySelector(`[${name}]`);

// What the page shows of the video, and of this person's rating; pushes keep it up to date.
const about = () => document.getElementById('about').dataset;
const own = () => document.querySelector('[data-own-rating]').dataset;

async function rate(value) {
  const answer = await fetch(`${find('data-player').dataset.item}/rating`, { method: 'POST', headers: { 'HX-Request': 'true' }, body: new URLSearchParams({ value }) });
  if (!answer.ok) throw new Error("Couldn't save the rating");
}

async function watch(button) {
  button.disabled = true;
  try {
    const { enter } = await import('./session.js');
    const { projection, stereo, title } = about();
    const rated = () => Number(own().ownRating);
    await enter(find('data-player').querySelector('video'), { projection, stereo }, { title, rated, rate, left: () => button.focus() });
  } catch (error) {
    const trouble = find('data-player-trouble');
    trouble.textContent = `Couldn't start VR: ${error.message}`;
    trouble.hidden = false;
  } finally {
    button.disabled = false;
  }
}

// Asked in a frame that is removed afterwards: a page that has touched WebXR itself is not kept by the
// browser for the way back (https://web.dev/articles/bfcache).
async function isVrSupported() {
  if (!('xr' in navigator)) return false;
  const frame = Object.assign(document.createElement('iframe'), { hidden: true, title: '' });
  document.body.append(frame);
  const answer = await frame.contentWindow.navigator.xr.isSessionSupported('immersive-vr').catch(() => false);
  frame.remove();
  return answer;
}
const there = await isVrSupported();

// A file that returns brings a new player, and with it a new button.
function offer() {
  const box = find('data-vr');
  if (!box || box.dataset.vr) return;
  box.dataset.vr = 'offered';
  const button = box.querySelector('button');
  const hint = find('data-vr-hint');
  button.addEventListener('click', () => watch(button));
  button.hidden = !there;
  hint.hidden = Boolean(there) || isSecureContext || about().projection === 'flat';
  box.hidden = button.hidden && hint.hidden;
}
offer();
new MutationObserver(offer).observe(stage, { childList: true });
