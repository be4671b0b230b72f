// How an image surrounds its viewer. Directions are WebXR's: x right, y up, -z ahead; texture
// coordinates have their origin at the bottom left.

// Position and size of a flat image.
export const SCREEN_WIDTH_M = 3.6;
export const SCREEN_DISTANCE_M = 3;

// Full angle of view of each lens, in degrees; the image of one eye is a circle (equidistant).
const LENSES = { fisheye: 180, fisheye190: 190, rf52: 190, mkx200: 200, mkx220: 220, vrca220: 220 };
const LAYER_LAYOUTS = { mono: 'mono', sbs: 'stereo-left-right', tb: 'stereo-top-bottom' };
const LAYER_ANGLES = { 180: Math.PI, 360: 2 * Math.PI };

// The media layer (WebXR Layers API, section 5) that the system can show by itself; null for what
// has to be drawn: lenses, cubemaps, and swapped eyes.
export function mediaLayer({ projection, stereo }) {
  const layout = LAYER_LAYOUTS[stereo];
  if (!layout) return null;
  if (projection === 'flat') return { kind: 'quad', layout };
  const centralHorizontalAngle = LAYER_ANGLES[projection];
  if (!centralHorizontalAngle) return null;
  return { kind: 'equirect', layout, centralHorizontalAngle };
}

// The part of the image for an eye: [x, y, width, height].
export function eyePart(stereo, eye) {
  const second = (eye === 'right') !== (stereo === 'rl' || stereo === 'bt');
  if (stereo === 'sbs' || stereo === 'rl') return [second ? 0.5 : 0, 0, 0.5, 1];
  if (stereo === 'tb' || stereo === 'bt') return [0, second ? 0 : 0.5, 1, 0.5];
  return [0, 0, 1, 1];
}

// Surfaces that carry a projection: grids of (direction, texture coordinate).
export function surfaces(projection) {
  if (projection === 'eac') return CUBE.map(([cell, direction]) => face(cell, direction));
  if (projection in LENSES) return [lens((LENSES[projection] * Math.PI) / 360)];
  return [globe(projection === '180' ? Math.PI : 2 * Math.PI)];
}

function grid(columns, rows, at) {
  const positions = [];
  const uvs = [];
  const indices = [];
  for (let row = 0; row <= rows; row += 1) {
    for (let column = 0; column <= columns; column += 1) {
      const [direction, uv] = at(column / columns, row / rows);
      positions.push(...direction);
      uvs.push(...uv);
      if (row === rows || column === columns) continue;
      const corner = row * (columns + 1) + column;
      indices.push(corner, corner + 1, corner + columns + 1, corner + 1, corner + columns + 2, corner + columns + 1);
    }
  }
  return { positions, uvs, indices };
}

function globe(width) {
  return grid(96, 64, (u, v) => {
    const longitude = (u - 0.5) * width;
    const latitude = (v - 0.5) * Math.PI;
    const flat = Math.cos(latitude);
    return [[flat * Math.sin(longitude), Math.sin(latitude), -flat * Math.cos(longitude)], [u, v]];
  });
}

function lens(widest) {
  return grid(96, 48, (around, out) => {
    const angle = around * 2 * Math.PI;
    const fromAxis = out * widest;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    return [[Math.sin(fromAxis) * x, Math.sin(fromAxis) * y, -Math.cos(fromAxis)], [0.5 + 0.5 * out * x, 0.5 + 0.5 * out * y]];
  });
}

// Equi-angular cubemap as YouTube and libavfilter's v360 have it: left, front, right above; below,
// lying on their sides, down, back, up. Each: [column, row from the bottom], and the direction of a
// place on the face, (right, up) from its middle.
const CUBE = [
  [[0, 1], (a, b) => [-1, b, -a]],
  [[1, 1], (a, b) => [a, b, -1]],
  [[2, 1], (a, b) => [1, b, a]],
  [[0, 0], (a, b) => [b, -1, a]],
  [[1, 0], (a, b) => [b, a, 1]],
  [[2, 0], (a, b) => [b, 1, -a]],
];

function face([column, row], direction) {
  const bent = (part) => Math.tan(((part * 2 - 1) * Math.PI) / 4);
  return grid(24, 24, (u, v) => [direction(bent(u), bent(v)), [(column + u) / 3, (row + v) / 2]]);
}
