// The controls in VR: a canvas, drawn when something changed, pressed by where a ray meets it.
export const WIDTH_M = 1.2;
export const HEIGHT_M = 0.4;
export const PIXELS = 1000;
export const LINES = (PIXELS * HEIGHT_M) / WIDTH_M;
const INK = '#f3f3f4';
const QUIET = '#abaeb8';
const ACCENT = '#ffb454';

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.slice(parts[0] ? 0 : 1).map((part, at) => (at ? String(part).padStart(2, '0') : part)).join(':');
}

const BAR = { name: 'seek', x: 40, y: 84, width: 920, height: 60 };
const BUTTONS = [
  { name: 'back', words: '−10', x: 40 },
  { name: 'play', words: '', x: 160 },
  { name: 'forward', words: '+10', x: 280 },
  { name: 'recentre', words: 'Recentre', x: 400, width: 190 },
  { name: 'exit', words: 'Exit VR', x: 800, width: 160 },
].map((button) => ({ width: 100, height: 76, y: 156, ...button }));
const STARS = [1, 2, 3, 4, 5].map((value) => ({ name: `star-${value}`, value, x: 40 + (value - 1) * 84, y: 244, width: 80, height: 80 }));
export const CONTROLS = [BAR, ...BUTTONS, ...STARS]; // in pixels from the top left

export class Panel {
  constructor(title) {
    this.canvas = document.createElement('canvas');
    this.canvas.width = PIXELS;
    this.canvas.height = LINES;
    this.title = title;
    this.dirty = true;
    this.visible = true;
    this.state = '';
    this.pointed = '';
    this.dot = '';
    this.said = '';
  }

  // A place of the panel (from its bottom left, 0 to 1): in its pixels, and the control that is there,
  // if any, with how far along it.
  at(u, v) {
    const [x, y] = [u * PIXELS, (1 - v) * LINES];
    const found = CONTROLS.find((part) => x >= part.x && x <= part.x + part.width && y >= part.y && y <= part.y + part.height);
    return { x, y, name: found?.name ?? '', value: found?.value, along: found && (x - found.x) / found.width };
  }

  // Hands are not visible in front of a video: a dot shows where they point.
  point(place) {
    const dot = place ? `${Math.round(place.x / 4)} ${Math.round(place.y / 4)}` : '';
    if (this.dot === dot) return;
    [this.dot, this.place, this.pointed, this.dirty] = [dot, place, place?.name ?? '', true];
  }

  say(words) {
    [this.said, this.dirty] = [words, true];
  }

  // Draws when a second has passed or something else changed. Returns whether it did.
  update(video, rating) {
    const state = `${clock(video.currentTime)} ${video.paused} ${rating} ${video.duration}`;
    if (state === this.state && !this.dirty) return false;
    [this.state, this.dirty] = [state, false];
    const pen = this.canvas.getContext('2d');
    pen.clearRect(0, 0, PIXELS, LINES);
    pen.fillStyle = 'rgb(16 17 20 / 92%)';
    pen.beginPath();
    pen.roundRect(0, 0, PIXELS, LINES, 24);
    pen.fill();
    this.#words(pen, this.title, 40, 56, INK, '600 34px system-ui, sans-serif', 640);
    const time = `${clock(video.currentTime)} / ${clock(video.duration)}`;
    pen.textAlign = 'right';
    this.#words(pen, time, 960, 56, QUIET, '30px system-ui, sans-serif');
    pen.textAlign = 'left';
    this.#bar(pen, video.duration ? video.currentTime / video.duration : 0);
    for (const button of BUTTONS) this.#button(pen, button, video.paused);
    for (const star of STARS) {
      const lit = star.value <= rating || star.name === this.pointed;
      this.#words(pen, lit ? '★' : '☆', star.x + 12, star.y + 60, lit ? ACCENT : QUIET, '60px system-ui, sans-serif');
    }
    this.#words(pen, this.said, 480, 296, QUIET, '28px system-ui, sans-serif', 480);
    if (this.place) this.#dot(pen, this.place);
    return true;
  }

  #words(pen, text, x, y, colour, font, widest) {
    [pen.font, pen.fillStyle] = [font, colour];
    let shown = text;
    while (widest && shown.length > 1 && pen.measureText(shown).width > widest) shown = `${shown.slice(0, -2)}…`;
    pen.fillText(shown, x, y);
  }

  #dot(pen, { x, y }) {
    pen.beginPath();
    pen.arc(x, y, 8, 0, 2 * Math.PI);
    [pen.fillStyle, pen.strokeStyle, pen.lineWidth] = [INK, '#101114', 3];
    pen.fill();
    pen.stroke();
  }

  #bar(pen, done) {
    const middle = BAR.y + BAR.height / 2;
    pen.fillStyle = '#3a3e48';
    pen.fillRect(BAR.x, middle - 6, BAR.width, 12);
    pen.fillStyle = ACCENT;
    pen.fillRect(BAR.x, middle - 6, BAR.width * done, 12);
    if (this.pointed === 'seek') pen.fillRect(BAR.x + BAR.width * done - 8, middle - 16, 16, 32);
  }

  #button(pen, button, paused) {
    pen.fillStyle = this.pointed === button.name ? '#3a3e48' : '#25282f';
    pen.beginPath();
    pen.roundRect(button.x, button.y, button.width, button.height, 16);
    pen.fill();
    const words = button.name === 'play' ? (paused ? '▶' : '❚❚') : button.words;
    pen.textAlign = 'center';
    this.#words(pen, words, button.x + button.width / 2, button.y + 50, INK, '32px system-ui, sans-serif');
    pen.textAlign = 'left';
  }
}
