// Where the system cannot show a video by itself, three.js draws it: lenses, cubemaps, swapped eyes,
// and browsers without media layers.
import * as THREE from '../../vendor/three/three.module.js';
import { HEIGHT_M, WIDTH_M } from './panel.js';
import { eyePart, SCREEN_DISTANCE_M, SCREEN_WIDTH_M, surfaces } from './projection.js';

const RADIUS_M = 100;
const EYES = { left: 1, right: 2 }; // three.js shows each of these layers to one eye

export class DrawnScreen {
  constructor(session, video, layout) {
    this.session = session;
    this.renderer = new THREE.WebGLRenderer({ antialias: false });
    this.renderer.xr.enabled = true;
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera();
    this.texture = new THREE.VideoTexture(video);
    this.texture.colorSpace = THREE.SRGBColorSpace;
    const material = new THREE.MeshBasicMaterial({ map: this.texture, side: THREE.DoubleSide, toneMapped: false });
    const eyes = layout.stereo === 'mono' ? [['left', 0]] : Object.entries(EYES);
    for (const [eye, layer] of eyes) {
      for (const geometry of geometries(layout, eye, video)) {
        const mesh = new THREE.Mesh(geometry, material);
        mesh.layers.set(layer);
        this.scene.add(mesh);
      }
    }
  }

  async open(space, placeOfPanel, panel) {
    this.panelTexture = new THREE.CanvasTexture(panel.canvas);
    this.panelTexture.colorSpace = THREE.SRGBColorSpace;
    const material = new THREE.MeshBasicMaterial({ map: this.panelTexture, transparent: true, depthTest: false, toneMapped: false });
    this.panel = new THREE.Mesh(new THREE.PlaneGeometry(WIDTH_M, HEIGHT_M), material);
    this.panel.renderOrder = 1;
    this.panel.applyMatrix4(new THREE.Matrix4().fromArray(placeOfPanel.matrix));
    this.scene.add(this.panel);
    this.renderer.xr.setReferenceSpaceType('local');
    await this.renderer.xr.setSession(this.session);
    this.setSpace(space);
  }

  setSpace(space) {
    this.renderer.xr.setReferenceSpace(space);
  }

  show(withPanel) {
    this.panel.visible = withPanel;
  }

  // three.js has a loop of its own; it draws from there.
  loop(onFrame) {
    this.renderer.setAnimationLoop((time, frame) => {
      if (!frame) return;
      onFrame(time, frame);
      this.renderer.render(this.scene, this.camera);
    });
  }

  draw(frame, panel, redraw) {
    if (redraw) this.panelTexture.needsUpdate = true;
  }

  close() {
    this.renderer.setAnimationLoop(null);
    this.texture.dispose();
    this.panelTexture?.dispose();
    for (const { geometry, material } of this.scene.children) [geometry.dispose(), material.dispose()];
    this.renderer.dispose();
  }
}

function geometries({ projection, stereo }, eye, video) {
  const part = eyePart(stereo, eye);
  if (projection === 'flat') {
    const shape = (video.videoWidth * part[2]) / (video.videoHeight * part[3]) || 16 / 9;
    const plane = new THREE.PlaneGeometry(SCREEN_WIDTH_M, SCREEN_WIDTH_M / shape).translate(0, 0, -SCREEN_DISTANCE_M);
    return [withinPart(plane, plane.getAttribute('uv').array, part)];
  }
  return surfaces(projection).map(({ positions, uvs, indices }) => {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute('position', new THREE.Float32BufferAttribute(positions.map((value) => value * RADIUS_M), 3));
    geometry.setIndex(indices);
    return withinPart(geometry, uvs, part);
  });
}

function withinPart(geometry, uvs, [x, y, width, height]) {
  const placed = Array.from(uvs, (value, at) => (at % 2 ? y + value * height : x + value * width));
  geometry.setAttribute('uv', new THREE.Float32BufferAttribute(placed, 2));
  return geometry;
}
