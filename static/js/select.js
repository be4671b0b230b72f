// Selects several cards: by a click anywhere on them, in ranges with Shift, and by keys.
//
//   x       select or deselect the card that has the focus    Ctrl+A  all cards on the page
//   Escape  stop selecting
const mode = () => document.getElementById('selecting');
const isOn = () => mode()?.checked;
const boxes = () => [...document.querySelectorAll('#grid .card-select')];
let last = null;

function showCount() {
  const bar = document.querySelector('[data-selected]');
  if (!bar) return;
  const all = document.querySelector('[data-select-all]').checked;
  const count = boxes().filter((box) => box.checked).length;
  const total = document.getElementById('bulk-total').textContent;
  bar.textContent = all ? `All ${total} selected` : count ? `${count} selected` : 'Select videos';
}

function choose(box, checked, range) {
  const list = boxes();
  const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
  if (range && from >= 0) for (const between of list.slice(from, to + 1)) between.checked = checked;
  box.checked = checked;
  last = box;
  showCount();
}

document.addEventListener('click', (event) => {
  if (!isOn()) return;
  if (event.target.matches('.card-select')) return choose(event.target, event.target.checked, event.shiftKey);
  const box = event.target.closest('#grid .card-link')?.parentElement.querySelector('.card-select');
  if (!box) return;
  event.preventDefault();
  choose(box, !box.checked, event.shiftKey);
});

function select(on) {
  mode().checked = on;
  document.getElementById('select').setAttribute('aria-pressed', on);
  if (!on) {
    for (const box of boxes()) box.checked = false;
    document.querySelector('[data-select-all]').checked = false;
  }
  showCount();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-select]');
  if (!button) return;
  select(!isOn());
  document.getElementById('select').focus(); // also from "Close", which is then hidden
});
document.addEventListener('change', (event) => event.target.matches('[data-select-all]') && showCount());

document.addEventListener('keydown', (event) => {
  if (!mode() || event.metaKey || event.altKey || event.target.closest('input:not([type=checkbox]), select, textarea')) return;
  const box = event.target.closest('#grid > .card')?.querySelector('.card-select');
  if (event.key === 'x' && !event.ctrlKey && box) {
    if (!isOn()) select(true);
    choose(box, !box.checked, event.shiftKey);
  } else if (event.key === 'a' && event.ctrlKey && isOn()) {
    for (const each of boxes()) each.checked = true;
    showCount();
  } else if (event.key === 'Escape' && isOn()) {
    select(false);
  } else return;
  event.preventDefault();
});

// Toasts stand above the bar, which a short list leaves higher than the window's edge.
const bar = document.querySelector('.bulk');
function lift() {
  const above = bar.offsetHeight ? Math.max(0, innerHeight - bar.getBoundingClientRect().top) : 0;
  document.documentElement.style.setProperty('--bulk-bar', `${above}px`);
}
if (bar) {
  const watching = new ResizeObserver(lift);
  for (const box of [bar, document.body]) watching.observe(box);
  for (const name of ['resize', 'scroll']) addEventListener(name, lift, { passive: true });
}

// Cards that are added or removed change how many are selected.
const grid = document.getElementById('grid');
if (grid) new MutationObserver(showCount).observe(grid, { childList: true });
