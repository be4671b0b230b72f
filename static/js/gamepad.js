// Moves by gamepad: D-pad and left stick the focus, A opens, B goes back, Y is for favorites. Loaded when
// one is connected, and read in each frame only while one is.
// https://w3c.github.io/gamepad/#remapping
import { favorite, move } from './grid.js';

const FIRST_REPEAT_MS = 400;
const REPEAT_MS = 140;
const TILTED = 0.6;

function back() {
  const open = document.querySelector('dialog[open], :popover-open');
  if (open?.matches('dialog')) open.close();
  else if (open) open.hidePopover();
  else if (document.getElementById('selecting')?.checked) document.querySelector('.bulk [data-select]').click();
  else history.back();
}

const BUTTONS = {
  0: () => document.activeElement?.click(), 1: back, 3: () => favorite(),
  12: () => move('ArrowUp'), 13: () => move('ArrowDown'), 14: () => move('ArrowLeft'), 15: () => move('ArrowRight'),
};
const REPEATED = new Set([12, 13, 14, 15]);
const due = new Map(); // button -> when it acts again; a pressed one acts once, a direction repeats

function pressedOn({ buttons, axes }) {
  const found = new Set(Object.keys(BUTTONS).map(Number).filter((button) => buttons[button]?.pressed));
  const [x = 0, y = 0] = axes;
  if (Math.max(Math.abs(x), Math.abs(y)) >= TILTED) {
    if (Math.abs(x) > Math.abs(y)) found.add(x < 0 ? 14 : 15);
    else found.add(y < 0 ? 12 : 13);
  }
  return found;
}

let running = false;
function read(now) {
  const pads = navigator.getGamepads().filter((pad) => pad?.connected);
  running = pads.length > 0;
  if (!running) return;
  requestAnimationFrame(read);
  if (!document.hasFocus()) return;
  const pressed = new Set(pads.flatMap((pad) => [...pressedOn(pad)]));
  for (const button of [...due.keys()]) if (!pressed.has(button)) due.delete(button);
  for (const button of pressed) {
    const at = due.get(button);
    if (at !== undefined && (now < at || !REPEATED.has(button))) continue;
    due.set(button, now + (at === undefined ? FIRST_REPEAT_MS : REPEAT_MS));
    BUTTONS[button]();
  }
}

function start() {
  if (running) return;
  running = true;
  requestAnimationFrame(read);
}
addEventListener('gamepadconnected', start);
start();
