// A video in VR: the screen around the viewer, the panel in front, and the way back to the page.
import { Controls, meet } from './controls.js';
import { HEIGHT_M, Panel, WIDTH_M } from './panel.js';
import { mediaLayer } from './projection.js';

const STEP_S = 10;
// Where the panel is from the viewer's head, and how far it leans back.
export const PANEL_DISTANCE_M = 1.1;
export const PANEL_BELOW_M = 0.55;
export const PANEL_TILT = -0.36; // radians
const HIDE_AFTER_MS = 6000; // of watching

// Starts a video. `layout` is { projection, stereo }; `rated` returns the stars that the page shows, and
// `rate` sets them. Resolves when the session runs; `left` is called when it is over.
export async function enter(video, layout, { title, rated, rate, left }) {
  const wanted = typeof XRMediaBinding === 'undefined' ? null : mediaLayer(layout);
  const session = await navigator.xr.requestSession('immersive-vr', wanted ? { requiredFeatures: ['layers'], optionalFeatures: ['hand-tracking'] } : { optionalFeatures: ['hand-tracking'] });
  const player = new Player(session, video, { title, rated, rate });
  session.addEventListener('end', () => {
    player.close();
    left();
  });
  try {
    await player.open(layout, wanted);
  } catch (error) {
    await session.end();
    throw error;
  }
  return session;
}

class Player {
  constructor(session, video, { title, rated, rate }) {
    [this.session, this.video, this.rated, this.rate] = [session, video, rated, rate];
    this.rating = this.onPage = rated();
    this.panel = new Panel(title);
    this.controls = new Controls((name) => this.act(name));
    this.place = new XRRigidTransform({ x: 0, y: -PANEL_BELOW_M, z: -PANEL_DISTANCE_M }, { x: Math.sin(PANEL_TILT / 2), y: 0, z: 0, w: Math.cos(PANEL_TILT / 2) });
    this.centred = false;
    this.paused = () => this.showPanel(true);
    video.addEventListener('pause', this.paused);
  }

  async open(layout, wanted) {
    const { LayerScreen, DrawnScreen } = await (wanted ? import('./layers.js') : import('./webgl_screen.js'));
    this.origin = await this.session.requestReferenceSpace('local');
    this.space = this.origin;
    this.screen = wanted ? new LayerScreen(this.session, this.video, wanted) : new DrawnScreen(this.session, this.video, layout);
    this.panel.update(this.video, this.rating);
    await this.screen.open(this.space, this.place, this.panel);
    this.session.addEventListener('select', (event) => this.select(event));
    this.session.addEventListener('visibilitychange', () => {
      if (this.session.visibilityState === 'hidden') this.video.pause(); // the headset was taken off
    });
    if (this.screen.loop) this.screen.loop((time, frame) => this.frame(time, frame));
    else this.next();
    this.video.play().catch(() => this.panel.say('Press ▶ to play'));
  }

  next() {
    this.session.requestAnimationFrame((time, frame) => {
      this.next();
      this.frame(time, frame);
    });
  }

  frame(time, frame) {
    if (!this.centred) this.recentre(frame);
    this.controls.poll(this.session, time);
    if (this.wantsCentre) this.recentre(frame);
    const pointed = this.pointed(frame);
    this.panel.point(pointed);
    this.follow(this.rated());
    if (pointed || this.video.paused || !this.panel.visible || !this.lastUsed) this.lastUsed = time;
    else if (time - this.lastUsed > HIDE_AFTER_MS) this.showPanel(false);
    const redraw = this.panel.update(this.video, this.rating);
    if (this.panel.visible) this.screen.draw(frame, this.panel, redraw);
  }

  // A rating that was set elsewhere shows here, too.
  follow(onPage) {
    if (onPage !== this.onPage) [this.rating, this.onPage] = [onPage, onPage];
  }

  pointed(frame) {
    if (!this.panel.visible) return null;
    for (const source of this.session.inputSources) {
      const found = this.under(source, frame);
      if (found) return found;
    }
    return null;
  }

  under(source, frame) {
    const pose = frame.getPose(source.targetRaySpace, this.space);
    const place = pose && meet(pose.transform, this.place, WIDTH_M, HEIGHT_M);
    return place ? this.panel.at(...place) : null;
  }

  // A press on the panel is for the control there, if any; elsewhere it plays or pauses.
  select({ inputSource, frame }) {
    const found = this.panel.visible ? this.under(inputSource, frame) : null;
    if (!found) this.act('play');
    else if (found.name === 'seek') this.seek(found.along * this.video.duration);
    else if (found.value) this.give(found.value);
    else this.act(found.name);
  }

  act(name) {
    const { video } = this;
    if (name === 'play') video.paused ? video.play() : video.pause();
    else if (name === 'back') this.seek(video.currentTime - STEP_S);
    else if (name === 'forward') this.seek(video.currentTime + STEP_S);
    else if (name === 'louder') video.volume = Math.min(1, video.volume + 0.1);
    else if (name === 'quieter') video.volume = Math.max(0, video.volume - 0.1);
    else if (name === 'recentre') this.wantsCentre = true;
    else if (name === 'panel') this.showPanel(!this.panel.visible);
    else if (name === 'exit') this.session.end();
  }

  showPanel(visible) {
    if (visible === this.panel.visible) return;
    [this.panel.visible, this.panel.dirty] = [visible, true];
    this.screen.show(visible);
  }

  seek(seconds) {
    if (Number.isFinite(seconds)) this.video.currentTime = Math.min(Math.max(seconds, 0), this.video.duration || 0);
  }

  async give(value) {
    const before = this.rating;
    this.rating = value;
    try {
      await this.rate(value);
      this.panel.say('');
    } catch (error) {
      this.rating = before;
      this.panel.say(error.message);
    }
  }

  // The direction that the viewer faces becomes the middle of the image.
  recentre(frame) {
    const pose = frame.getViewerPose(this.origin);
    if (!pose) return;
    const { orientation: q, position } = pose.transform;
    const turn = Math.atan2(2 * (q.w * q.y + q.x * q.z), 1 - 2 * (q.y * q.y + q.x * q.x)) / 2;
    const ahead = new XRRigidTransform({ x: position.x, y: position.y, z: position.z }, { x: 0, y: Math.sin(turn), z: 0, w: Math.cos(turn) });
    this.space = this.origin.getOffsetReferenceSpace(ahead);
    this.screen.setSpace(this.space);
    [this.centred, this.wantsCentre] = [true, false];
  }

  close() {
    this.video.removeEventListener('pause', this.paused);
    this.screen?.close();
  }
}
