// What this device can do with this server, tested on the device itself.
const SAMPLE = '/headset/sample';
const MEASURE_MS = 4000;
const button = document.querySelector('[data-selftest]');
const list = document.getElementById('selftest');

const VIDEOS = [
  ['H.264, 4K', 'video/mp4; codecs="avc1.640033"', 3840, 2160, 60],
  ['HEVC, 4K', 'video/mp4; codecs="hvc1.1.6.L153.B0"', 3840, 2160, 60],
  ['HEVC, 8K', 'video/mp4; codecs="hvc1.1.6.L183.B0"', 7680, 4320, 60],
  ['VP9, 4K', 'video/webm; codecs="vp09.00.51.08"', 3840, 2160, 60],
  ['AV1, 4K', 'video/mp4; codecs="av01.0.13M.08"', 3840, 2160, 60],
  ['AV1, 8K', 'video/mp4; codecs="av01.0.17M.08"', 7680, 4320, 60],
];

function show(good, what, found) {
  const row = document.createElement('li');
  const mark = document.createElement('b');
  mark.textContent = good ? '✓' : '–';
  mark.className = good ? 'route-good' : 'route-warning';
  mark.setAttribute('aria-label', good ? 'Good' : 'Not supported');
  mark.setAttribute('role', 'img');
  const name = document.createElement('span');
  name.textContent = what;
  const words = document.createElement('span');
  words.className = 'muted';
  words.textContent = found;
  row.append(mark, name, words);
  list.append(row);
}

async function reach(origin) {
  try {
    const answer = await fetch(`${origin}/ping`, { cache: 'no-store', signal: AbortSignal.timeout(3000) });
    return answer.ok;
  } catch {
    return false;
  }
}

async function names() {
  show(true, 'This address', location.origin);
  for (const origin of button.dataset.probes.split(' ')) {
    if (!origin.startsWith(location.protocol)) continue; // a page over HTTPS may not request one over HTTP
    const found = await reach(origin);
    show(found, 'The name lvs.local', found ? origin : 'not found on this network; use the address');
  }
}

async function immersive() {
  show(isSecureContext, 'HTTPS', isSecureContext ? 'yes' : 'no; VR in the browser needs it');
  const vr = await navigator.xr?.isSessionSupported('immersive-vr').catch(() => false);
  show(Boolean(vr), 'VR in this browser', vr ? 'yes' : 'no; use a player app, or watch in 2D');
  const layers = typeof XRMediaBinding !== 'undefined';
  if (vr) show(layers, 'Video layers (sharpest image)', layers ? 'yes' : 'no; WebGL is used instead');
}

async function ranges() {
  const answer = await fetch(SAMPLE, { headers: { Range: 'bytes=1000-1999' }, cache: 'no-store' });
  const bytes = (await answer.arrayBuffer()).byteLength;
  const good = answer.status === 206 && bytes === 1000;
  show(good, 'Seeking', good ? 'range requests work' : `range requests fail; check your proxy (${answer.status}, ${bytes} bytes)`);
}

async function speed() {
  const began = performance.now();
  const stop = new AbortController();
  const answer = await fetch(SAMPLE, { cache: 'no-store', signal: stop.signal });
  const first = performance.now() - began;
  const reader = answer.body.getReader();
  let bytes = 0;
  while (performance.now() - began < MEASURE_MS) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
  }
  const seconds = (performance.now() - began) / 1000;
  stop.abort();
  const megabits = (bytes * 8) / seconds / 1e6;
  const enough = megabits >= 150 ? 'enough for 8K' : megabits >= 50 ? 'enough for 4K and most VR' : 'too slow for VR; move closer to the access point or use 5 GHz';
  show(megabits >= 50, 'Speed', `${Math.round(megabits)} Mbit/s, ${enough}; first byte after ${Math.round(first)} ms`);
}

async function codecs() {
  for (const [name, contentType, width, height, framerate] of VIDEOS) {
    const video = { contentType, width, height, framerate, bitrate: 80_000_000 };
    const found = await navigator.mediaCapabilities?.decodingInfo({ type: 'file', video }).catch(() => null);
    const words = !found?.supported ? 'not supported' : found.smooth && found.powerEfficient ? 'smooth' : found.smooth ? 'smooth (software)' : 'plays with stutter';
    show(Boolean(found?.supported && found.smooth), name, words);
  }
}

button?.addEventListener('click', async () => {
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  list.replaceChildren();
  for (const [what, test] of [['Names', names], ['VR', immersive], ['Seeking', ranges], ['Speed', speed], ['Codecs', codecs]]) {
    await test().catch((error) => show(false, what, `failed: ${error.message}`));
  }
  button.ariaDisabled = 'false';
});
