// The watch page's player: media-chrome's controls, the keys that it leaves to us, honest trouble.
const player = document.querySelector('[data-player]');
const video = player.querySelector('video');
const source = video.querySelector('source');
const trouble = document.querySelector('[data-player-trouble]');
const help = document.querySelector('[data-help]');

function say(words) {
  trouble.textContent = words;
  trouble.hidden = !words;
}

const REASONS = {
  2: 'The connection was lost while playing. Reload the page to go on.',
  3: 'This browser cannot decode it. Download the file and play it with another player.',
  4: 'This browser cannot play this kind of file. Download it and play it with another player.',
};

// With scripts the controls are media-chrome's; without, the browser's own.
customElements.whenDefined('media-control-bar').then(() => {
  video.removeAttribute('controls');
  player.querySelector('[data-controls]').hidden = false;
});

// The button shows "1.5x"; its name must hold what it shows, for those who speak to their device.
const rate = player.querySelector('[data-rate]');
function nameRate() {
  const name = `${video.playbackRate}x, playback rate`;
  if (rate.getAttribute('aria-label') !== name) rate.setAttribute('aria-label', name);
}
new MutationObserver(nameRate).observe(rate, { attributeFilter: ['aria-label'] });
nameRate();

video.addEventListener('error', () => say(REASONS[video.error?.code] ?? REASONS[3]));
source.addEventListener('error', () => say(REASONS[4]));
video.addEventListener('playing', () => say(''));

function typing(target) {
  return target.closest('input, textarea, select, [contenteditable], dialog');
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === '?') {
    event.preventDefault();
    event.stopPropagation();
    help.showModal();
    return;
  }
  if (/^\d$/.test(event.key) && Number.isFinite(video.duration)) {
    event.preventDefault();
    video.currentTime = (video.duration * Number(event.key)) / 10;
    return;
  }
  // media-chrome hears keys on the player alone; anywhere else on the page they are passed to it.
  const onControl = event.target.closest('a, button, summary') && event.key === ' ';
  if (player.contains(event.target) || onControl || !/^( |k|j|l|f|m|Arrow(Left|Right))$/.test(event.key)) return;
  event.preventDefault();
  player.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: false }));
  player.dispatchEvent(new KeyboardEvent('keyup', { key: event.key, bubbles: false }));
}, { capture: true });

// What is really played is counted once, and where it is left is remembered, for every device.
const SAVE_EVERY_S = 10;
let playedS = 0;
let last = null;
let counted = false;
let savedAt = 0;

function tell(what, fields = {}) {
  return navigator.sendBeacon(`${player.dataset.video}/${what}`, new URLSearchParams(fields));
}

function save() {
  if (playedS === 0 || video.currentTime === savedAt) return;
  savedAt = video.currentTime;
  tell('progress', { position_s: savedAt.toFixed(1) });
}

video.addEventListener('timeupdate', () => {
  const step = last === null ? 0 : video.currentTime - last;
  last = video.currentTime;
  if (video.paused || step <= 0 || step > 2) return; // a seek is no playing
  playedS += step;
  if (!counted && playedS >= Math.min(3, video.duration / 2)) counted = tell('view');
  if (Math.abs(video.currentTime - savedAt) >= SAVE_EVERY_S) save();
});
for (const name of ['pause', 'ended']) video.addEventListener(name, save);
addEventListener('pagehide', save);

document.querySelector('[data-resume-at]')?.addEventListener('click', (event) => {
  event.preventDefault();
  video.currentTime = Number(event.currentTarget.dataset.resumeAt);
  video.play();
  event.currentTarget.closest('[data-resume]').remove();
});
