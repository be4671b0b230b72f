// The page around the player: its lists, sharing, copying.

// Beside the player the list is always open (watch.css shows it); for assistive technology it is open, too.
const beside = matchMedia('(min-width: 1280px)');
const unfold = () => {
  for (const list of document.querySelectorAll('[data-open-beside]')) list.open = beside.matches;
};
beside.addEventListener('change', unfold);
unfold();

// Over plain HTTP browsers have no clipboard API; the old command works there.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement('textarea'), { value: text });
  (document.querySelector('[popover]:popover-open') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (!isCopied) throw new Error('copying is not allowed');
}

const SHOWN_MS = 2000;
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy], [data-copy-from]');
  if (!button || button.dataset.words) return;
  const { copy: path, copyFrom } = button.dataset;
  const text = copyFrom ? document.getElementById(copyFrom).value : new URL(path, location.href).href;
  button.dataset.words = button.textContent;
  let words = 'Copied';
  await copy(text).catch(() => { words = "Couldn't copy"; });
  button.textContent = words;
  document.getElementById('announcement').textContent = words;
  setTimeout(() => {
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }, SHOWN_MS);
  button.focus();
});

// The link to share, from the start or from the time that the player is at.
const share = document.querySelector('[data-share]');
const link = share.querySelector('[data-share-link]');
const withTime = share.querySelector('[data-share-time]');
const words = share.querySelector('[data-share-words]');
const code = share.querySelector('[data-share-code]');
const page = link.value;
let second = 0;

function clock(seconds) {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, n) => (n ? String(part).padStart(2, '0') : part)).join(':');
}

function showLink() {
  const time = withTime.checked ? `?t=${second}` : '';
  link.value = page + time;
  code.src = share.dataset.code + time;
}

share.addEventListener('beforetoggle', ({ newState }) => {
  if (newState !== 'open') return;
  second = Math.floor(document.querySelector('#stage video, #stage audio')?.currentTime ?? 0);
  words.textContent = words.dataset.shareWords.replace('{time}', clock(second));
  showLink();
});
withTime.addEventListener('change', showLink);
link.addEventListener('focus', () => link.select());
