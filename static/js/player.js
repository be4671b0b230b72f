// The watch page's player: media-chrome's controls, the keys that it does not handle, error messages.
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

// A view is counted once it plays. The position is saved, for every device.
const SAVE_EVERY_S = 10;
function remember(player, video) {
  let playedS = 0;
  let last = null;
  let counted = false;
  let savedAt = 0;
  let shown = false; // while it plays on, other pages need no update each time
  const report = (what, fields = {}) => navigator.sendBeacon(`${player.dataset.video}/${what}`, new URLSearchParams(fields));
  const save = (playing) => {
    if (playedS === 0 || (video.currentTime === savedAt && shown)) return;
    savedAt = video.currentTime;
    shown = !playing;
    report('progress', { position_s: savedAt.toFixed(1), playing: playing ? 1 : 0 });
  };
  video.addEventListener('timeupdate', () => {
    const step = last === null ? 0 : video.currentTime - last;
    last = video.currentTime;
    if (video.paused || step <= 0 || step > 2) return; // a seek does not count as playback
    playedS += step;
    if (!counted && playedS >= Math.min(3, video.duration / 2)) counted = report('view');
    if (Math.abs(video.currentTime - savedAt) >= SAVE_EVERY_S) save(true);
  });
  const left = () => save(false);
  for (const name of ['pause', 'ended']) video.addEventListener(name, left);
  return left;
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

// A player that was removed from the page, because its file is missing, must stop loading.
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

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const play = ({ video }) => (video.paused ? video.play().catch(() => {}) : video.pause());
const seek = (seconds) => ({ video }) => {
  video.currentTime = clamp(video.currentTime + seconds, 0, video.duration || 0);
};
const louder = (step) => ({ video }) => {
  video.volume = clamp(video.volume + step, 0, 1);
  if (step > 0) video.muted = false;
};
const faster = (step) => ({ video }) => {
  video.playbackRate = clamp(video.playbackRate + step, 0.25, 2);
};
// To the previous or next frame; slightly past its start, because times are rounded.
const frame = (step) => ({ video }) => {
  const rate = Number(document.getElementById('about').dataset.frameRate) || 30; // kept up to date by pushes
  video.pause();
  video.currentTime = Math.max(0, (Math.floor(video.currentTime * rate + 0.01) + step) / rate + 0.001);
};
const mute = ({ video }) => {
  video.muted = !video.muted;
};
const fullScreen = ({ player }) => {
  const verb = player.hasAttribute('mediaisfullscreen') ? 'exit' : 'enter';
  player.dispatchEvent(new CustomEvent(`media${verb}fullscreenrequest`, { bubbles: true, composed: true }));
};

// Keys of the player. Those of media-chrome need the focus on it, so they are turned off.
const KEYS = {
  ' ': play, k: play, f: fullScreen, m: mute,
  j: seek(-10), ArrowLeft: seek(-10), l: seek(10), ArrowRight: seek(10),
  ArrowUp: louder(0.1), ArrowDown: louder(-0.1),
  '<': faster(-0.25), '>': faster(0.25), ',': frame(-1), '.': frame(1),
};
for (let tenth = 0; tenth < 10; tenth++) {
  KEYS[tenth] = ({ video }) => {
    if (Number.isFinite(video.duration)) video.currentTime = (video.duration * tenth) / 10;
  };
}
// Keys of the page.
const openHelp = () => help.showModal();
const follower = (rel) => () => document.querySelector(`#about [rel=${rel}]`)?.click();
const PAGE_KEYS = { '?': openHelp, n: follower('next'), p: follower('prev') };

// Whether a key is for what has the focus: a field, a dialog, a button, a slider of the player.
function isForFocused({ target, key }) {
  if (target.closest('input, textarea, select, [contenteditable], dialog')) return true;
  if (key === ' ' && target.closest('a, button, summary')) return true;
  return (target.keysUsed ?? []).some((used) => used === key || (used === 'Space' && key === ' '));
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isForFocused(event)) return;
  const act = PAGE_KEYS[event.key] ?? (now && KEYS[event.key]);
  if (!act) return;
  event.preventDefault();
  act(now);
}, { capture: true });

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-help-open]')) openHelp();
});

document.querySelector('[data-resume-at]')?.addEventListener('click', (event) => {
  if (!now) return;
  event.preventDefault();
  now.video.currentTime = Number(event.currentTarget.dataset.resumeAt);
  now.video.play();
  event.currentTarget.closest('[data-resume]').remove();
});
