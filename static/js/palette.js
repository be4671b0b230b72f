// The command palette: a dialog over everything that has a name. Loaded when it is first opened.
import { openShortcuts } from './shortcuts.js';

const WAIT_MS = 60;
const COMMANDS = {
  select: () => document.getElementById('select')?.click(),
  shortcuts: openShortcuts,
};
let dialog, wait;
let opening = false;
let shown = ''; // the text whose results are shown

const field = () => dialog.querySelector('input');
const options = () => [...dialog.querySelectorAll('[role=option]')];
const text = () => field().value.trim();

function choose(option) {
  for (const each of options()) each.ariaSelected = each === option;
  if (option) field().setAttribute('aria-activedescendant', option.id);
  else field().removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
}
const selected = () => dialog.querySelector('[aria-selected=true]');

async function read(query) {
  const answer = await fetch(`/partials/palette${query}`);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

// The newest text wins: results of an older one that come late are left out.
async function search() {
  clearTimeout(wait);
  const wanted = text();
  if (wanted === shown) return;
  let html;
  try {
    html = await read(`?q=${encodeURIComponent(wanted)}`);
  } catch {
    html = '<p class="matches matches-title" id="palette-results" role="status">Can\'t reach the server.</p>';
  }
  if (wanted !== text()) return;
  shown = wanted;
  dialog.querySelector('#palette-results').outerHTML = html;
  htmx.process(dialog);
  choose(options()[0]);
}

// The results may be of what was typed before: then those of the text come first.
async function open() {
  await search();
  selected()?.click();
}

function press(event) {
  const list = options();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(list[(list.indexOf(selected()) + step + list.length) % list.length]);
  else if (event.key === 'Enter' && event.target === field() && !event.isComposing) open();
  else return;
  event.preventDefault();
}

function listen() {
  dialog.addEventListener('keydown', press);
  field().addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(search, WAIT_MS);
  });
  dialog.addEventListener('click', ({ target }) => {
    const option = target.closest('[role=option]');
    if (!option) return;
    dialog.close();
    COMMANDS[option.dataset.command]?.();
  });
}

export async function toggle() {
  if (opening) return;
  if (dialog?.open) return dialog.close();
  opening = true;
  try {
    const holder = document.createElement('template');
    holder.innerHTML = await read('');
    dialog = holder.content.firstElementChild;
    shown = '';
    document.getElementById('palette')?.remove(); // kept until now: an action's response needs its source
    document.body.append(dialog);
    htmx.process(dialog);
    listen();
    dialog.showModal();
    choose(options()[0]);
  } finally {
    opening = false;
  }
}
