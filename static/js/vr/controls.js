// Input by controllers and hands. Buttons by the "xr-standard" mapping (WebXR Gamepads Module).
const SQUEEZE = 1;
const STICK = 3;
const LOWER = 4; // A or X
const UPPER = 5; // B or Y
const FAR = 0.7; // of the stick's range
const AGAIN_MS = 400;

export class Controls {
  constructor(act) {
    this.act = act;
    this.held = new Map();
    this.met = new WeakSet();
  }

  // Once per press; a stick that is held repeats. What is held when a controller connects
  // was pressed for something else.
  poll(session, time) {
    for (const source of session.inputSources) {
      const { gamepad } = source;
      if (!gamepad) continue;
      this.quiet = !this.met.has(source);
      this.met.add(source);
      const pressed = (button) => gamepad.buttons[button]?.pressed ?? false;
      const [x, y] = gamepad.axes.slice(-2);
      this.#once(source, 'recentre', pressed(SQUEEZE) || pressed(STICK));
      this.#once(source, 'panel', pressed(LOWER));
      this.#once(source, 'exit', pressed(UPPER));
      this.#again(source, 'back', x < -FAR, time);
      this.#again(source, 'forward', x > FAR, time);
      this.#again(source, 'louder', y < -FAR, time);
      this.#again(source, 'quieter', y > FAR, time);
    }
  }

  #once(source, name, down) {
    const key = `${source.handedness} ${name}`;
    if (down && !this.held.has(key) && !this.quiet) this.act(name);
    if (down) this.held.set(key, Infinity);
    else this.held.delete(key);
  }

  #again(source, name, down, time) {
    const key = `${source.handedness} ${name}`;
    if (!down) this.held.delete(key);
    else if (!(this.held.get(key) > time)) {
      this.held.set(key, time + AGAIN_MS);
      if (!this.quiet) this.act(name);
    }
  }
}

// Where a ray meets a rectangle around the origin of `place`: (u, v) from its bottom left, or null.
export function meet(ray, place, width, height) {
  const inside = place.inverse.matrix;
  const [ox, oy, oz] = apply(inside, ray.matrix[12], ray.matrix[13], ray.matrix[14], 1);
  const [dx, dy, dz] = apply(inside, -ray.matrix[8], -ray.matrix[9], -ray.matrix[10], 0);
  if (Math.abs(dz) < 1e-6 || oz / dz >= 0) return null;
  const distance = -oz / dz;
  const [u, v] = [(ox + dx * distance) / width + 0.5, (oy + dy * distance) / height + 0.5];
  return u >= 0 && u <= 1 && v >= 0 && v <= 1 ? [u, v] : null;
}

function apply(m, x, y, z, w) {
  return [0, 1, 2].map((row) => m[row] * x + m[row + 4] * y + m[row + 8] * z + m[row + 12] * w);
}
