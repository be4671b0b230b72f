// The watch page's player: media-chrome's controls, the keys it leaves to us, plain words for errors.
const stage = document.getElementById('stage');
const help = document.querySelector('[data-help]');
let now = null; // the player in use: { player, video, close }

const REASONS = {
  2: 'Connection lost. Reload to continue.',
  3: "Your browser can't decode this video. Download the file and play it with another player.",
  4: "Your browser can't play this kind of file. Download it and play it with another player.",
};

// The button shows "1.5x"; its name must hold what it shows, for those who speak to their device.
function nameRate(player, video) {
  const rate = player.querySelector('[data-rate]');
  const name = () => {
    const words = `${video.playbackRate}x, playback rate`;
    if (rate.getAttribute('aria-label') !== words) rate.setAttribute('aria-label', words);
  };
  new MutationObserver(name).observe(rate, { attributeFilter: ['aria-label'] });
  name();
}

// What is really played is counted once, and where it is left is remembered, for every device.
const SAVE_EVERY_S = 10;
function remember(player, video) {
  let playedS = 0;
  let last = null;
  let counted = false;
  let savedAt = 0;
  const tell = (what, fields = {}) => navigator.sendBeacon(`${player.dataset.video}/${what}`, new URLSearchParams(fields));
  const save = () => {
    if (playedS === 0 || video.currentTime === savedAt) return;
    savedAt = video.currentTime;
    tell('progress', { position_s: savedAt.toFixed(1) });
  };
  video.addEventListener('timeupdate', () => {
    const step = last === null ? 0 : video.currentTime - last;
    last = video.currentTime;
    if (video.paused || step <= 0 || step > 2) return; // a seek is no playing
    playedS += step;
    if (!counted && playedS >= Math.min(3, video.duration / 2)) counted = tell('view');
    if (Math.abs(video.currentTime - savedAt) >= SAVE_EVERY_S) save();
  });
  for (const name of ['pause', 'ended']) video.addEventListener(name, save);
  return save;
}

function setUp(player) {
  const video = player.querySelector('video');
  const trouble = stage.querySelector('[data-player-trouble]');
  const say = (words) => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };
  video.addEventListener('error', () => say(REASONS[video.error?.code] ?? REASONS[3]));
  video.querySelector('source').addEventListener('error', () => say(REASONS[4]));
  video.addEventListener('playing', () => say(''));
  // With scripts the controls are media-chrome's; without, the browser's own.
  customElements.whenDefined('media-control-bar').then(() => {
    video.removeAttribute('controls');
    player.querySelector('[data-controls]').hidden = false;
  });
  nameRate(player, video);
  return { player, video, save: remember(player, video) };
}

// A player that was taken off the page, since its file has gone, must not go on loading.
function follow() {
  const player = stage.querySelector('[data-player]');
  if (player === (now?.player ?? null)) return;
  if (now) {
    now.save();
    now.video.pause();
  }
  now = player && setUp(player);
}
follow();
new MutationObserver(follow).observe(stage, { childList: true });
addEventListener('pagehide', () => now?.save());

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
  if (!now) return;
  const { player, video } = now;
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

document.querySelector('[data-resume-at]')?.addEventListener('click', (event) => {
  if (!now) return;
  event.preventDefault();
  now.video.currentTime = Number(event.currentTarget.dataset.resumeAt);
  now.video.play();
  event.currentTarget.closest('[data-resume]').remove();
});
