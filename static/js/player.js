// The player of a page: media-chrome's controls, the keys that it does not handle, error messages.
const stage = document.getElementById('stage');
const help = document.querySelector('[data-help]');
let now = null; // the player in use: { player, media, save }
const link = (rel) => document.querySelector(`#up-next [rel=${rel}]`);

const REASONS = {
  2: 'Connection lost.',
  3: "Your browser can't decode this file.",
  4: "Your browser can't play this kind of file.",
};

// The button shows "1.5x"; its name must hold what it shows, for those who speak to their device.
function nameRate(player, media) {
  const rate = player.querySelector('[data-speed]');
  const name = () => {
    const words = `${media.playbackRate}x, playback rate`;
    if (rate.getAttribute('aria-label') !== words) rate.setAttribute('aria-label', words);
  };
  new MutationObserver(name).observe(rate, { attributeFilter: ['aria-label'] });
  name();
}

// A view is counted once it plays. The position is saved, for every device.
const SAVE_EVERY_S = 10;
function remember(player, media) {
  let playedS = 0;
  let last = null;
  let counted = false;
  let savedAt = 0;
  const resumes = !('noResume' in player.dataset); // a song starts from its beginning
  let shown = false; // while it plays on, other pages need no update each time
  const report = (what, fields = {}) => navigator.sendBeacon(`${player.dataset.item}/${what}`, new URLSearchParams(fields));
  const save = (playing) => {
    if (!resumes || playedS === 0 || (media.currentTime === savedAt && shown)) return;
    savedAt = media.currentTime;
    shown = !playing;
    report('progress', { position_s: savedAt.toFixed(1), playing: playing ? 1 : 0 });
  };
  media.addEventListener('timeupdate', () => {
    const step = last === null ? 0 : media.currentTime - last;
    last = media.currentTime;
    if (media.paused || step <= 0 || step > 2) return; // a seek does not count as playback
    playedS += step;
    if (!counted && playedS >= Math.min(3, media.duration / 2)) counted = report('view');
    if (Math.abs(media.currentTime - savedAt) >= SAVE_EVERY_S) save(true);
  });
  const left = () => save(false);
  for (const name of ['pause', 'ended']) media.addEventListener(name, left);
  return left;
}

// What the lock screen, a headset's buttons and media keys show and do.
function describe(player, media) {
  const { title } = document.getElementById('about').dataset;
  const { artist = '', album = '', artwork } = player.dataset;
  const session = navigator.mediaSession;
  session.metadata = new MediaMetadata({
    title, artist, album, artwork: artwork ? [{ src: artwork, sizes: '640x640', type: 'image/webp' }] : [],
  });
  const step = (seconds) => ({ seekOffset }) => seek((seekOffset ?? 10) * seconds)({ media });
  const to = (rel) => link(rel) && (() => link(rel).click());
  const actions = {
    play: () => media.play(), pause: () => media.pause(),
    seekbackward: step(-1), seekforward: step(1),
    seekto: ({ seekTime }) => { media.currentTime = seekTime; },
    previoustrack: to('prev'), nexttrack: to('next'),
  };
  for (const [name, act] of Object.entries(actions)) session.setActionHandler(name, act);
}

// Another page said that this one begins to play, where the browser allows it: a song follows another,
// and a card of what was started resumes.
const CONTINUES = 'lvs-continues';
function isContinued() {
  const continues = sessionStorage.getItem(CONTINUES) === location.pathname;
  sessionStorage.removeItem(CONTINUES);
  return continues;
}

function continueWithNext(media) {
  media.addEventListener('ended', () => {
    const next = link('next');
    if (!next) return;
    sessionStorage.setItem(CONTINUES, next.pathname);
    next.click();
  });
}

// The offer to resume is there until something plays.
function offerToResume(media, continues) {
  const offer = stage.querySelector('[data-resume]');
  if (!offer) return;
  const at = Number(offer.querySelector('[data-resume-at]').dataset.resumeAt);
  const start = (second) => {
    offer.remove();
    media.currentTime = second;
    media.play().catch(() => {});
  };
  offer.addEventListener('click', (event) => {
    event.preventDefault();
    start(Number(event.target.closest('[data-resume-at]')?.dataset.resumeAt ?? at));
  });
  // However else it is started, it resumes; but not after a seek.
  media.addEventListener('play', () => {
    if (offer.isConnected && media.currentTime === 0) media.currentTime = at;
    offer.remove();
  }, { once: true });
  if (!continues && !('atOnce' in offer.dataset)) return;
  media.currentTime = at;
  media.play().catch(() => {}); // where the browser allows no sound before a press, the offer stays
}

function setUp(player) {
  const media = player.querySelector('video, audio');
  const failed = stage.querySelector('[data-player-failed]');
  const say = (words) => {
    failed.querySelector('p').textContent = words;
    failed.hidden = !words;
  };
  media.addEventListener('error', () => say(REASONS[media.error?.code] ?? REASONS[3]));
  media.querySelector('source').addEventListener('error', () => say(REASONS[4]));
  // It may have failed before this module was loaded.
  if (media.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) say(REASONS[4]);
  media.addEventListener('playing', () => {
    say('');
    stage.closest('.watch').dataset.played = '';
  });
  // With scripts the controls are media-chrome's; without, the browser's own.
  customElements.whenDefined('media-control-bar').then(() => {
    media.removeAttribute('controls');
    for (const controls of player.querySelectorAll('[data-controls]')) controls.hidden = false;
  });
  nameRate(player, media);
  if ('mediaSession' in navigator) describe(player, media);
  const continues = isContinued();
  if ('noResume' in player.dataset) {
    continueWithNext(media);
    if (continues) media.play().catch(() => {});
  }
  offerToResume(media, continues);
  return { player, media, save: remember(player, media) };
}

// A player that was removed from the page, because its file is missing, must stop loading.
function follow() {
  const player = stage.querySelector('[data-player]');
  if (player === (now?.player ?? null)) return;
  if (now) {
    now.save();
    now.media.pause();
  }
  now = player && setUp(player);
}
follow();
new MutationObserver(follow).observe(stage, { childList: true });
addEventListener('pagehide', () => now?.save());

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const play = ({ media }) => (media.paused ? media.play().catch(() => {}) : media.pause());
const seek = (seconds) => ({ media }) => {
  media.currentTime = clamp(media.currentTime + seconds, 0, media.duration || 0);
};
const louder = (step) => ({ media }) => {
  media.volume = clamp(media.volume + step, 0, 1);
  if (step > 0) media.muted = false;
};
const faster = (step) => ({ media }) => {
  media.playbackRate = clamp(media.playbackRate + step, 0.25, 2);
};
// To the previous or next frame; slightly past its start, because times are rounded.
const frame = (step) => ({ media }) => {
  const rate = Number(document.getElementById('about').dataset.frameRate) || 30; // kept up to date by pushes
  media.pause();
  media.currentTime = Math.max(0, (Math.floor(media.currentTime * rate + 0.01) + step) / rate + 0.001);
};
const mute = ({ media }) => {
  media.muted = !media.muted;
};
const fullScreen = ({ player }) => {
  const verb = player.hasAttribute('mediaisfullscreen') ? 'exit' : 'enter';
  player.dispatchEvent(new CustomEvent(`media${verb}fullscreenrequest`, { bubbles: true, composed: true }));
};

// Keys of the player. Those of media-chrome need the focus on it, so they are turned off.
const KEYS = {
  ' ': play, k: play, m: mute,
  j: seek(-10), ArrowLeft: seek(-10), l: seek(10), ArrowRight: seek(10),
  ArrowUp: louder(0.1), ArrowDown: louder(-0.1),
  '<': faster(-0.25), '>': faster(0.25),
};
const VIDEO_KEYS = { f: fullScreen, ',': frame(-1), '.': frame(1) };
for (let tenth = 0; tenth < 10; tenth++) {
  KEYS[tenth] = ({ media }) => {
    if (Number.isFinite(media.duration)) media.currentTime = (media.duration * tenth) / 10;
  };
}
const keysOf = ({ media }) => (media.localName === 'video' ? { ...KEYS, ...VIDEO_KEYS } : KEYS);
// Keys of the page.
const openHelp = () => help.showModal();
const follower = (rel) => () => link(rel)?.click();
const PAGE_KEYS = { '?': openHelp, n: follower('next'), p: follower('prev') };

// Whether a key is for what has the focus: a field, a dialog, a button, a slider of the player.
function isForFocused({ target, key }) {
  if (target.closest('input, textarea, select, [contenteditable], dialog, .card, .entry')) return true;
  if (key === ' ' && target.closest('a, button, summary')) return true;
  return (target.keysUsed ?? []).some((used) => used === key || (used === 'Space' && key === ' '));
}

// `g` and a letter lead to another page (keys.js): that letter is not the player's.
let isSecond = false;
document.addEventListener('keydown', (event) => {
  const wasG = isSecond;
  isSecond = event.key === 'g';
  if (wasG || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isForFocused(event)) return;
  const act = PAGE_KEYS[event.key] ?? (now && keysOf(now)[event.key]);
  if (!act) return;
  event.preventDefault();
  act(now);
}, { capture: true });

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-help-open]');
  button?.closest('[popover]')?.hidePopover();
  if (button) openHelp();
});
